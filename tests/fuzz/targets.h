#ifndef TUNESMITH_TESTS_FUZZ_TARGETS_H_
#define TUNESMITH_TESTS_FUZZ_TARGETS_H_

#include <string>
#include <string_view>
#include <vector>

namespace tunesmith::worker {

// Gives bytes that may be anybody's to one parser, and reads all that it makes
// of them. Ends the program where the parser breaks its promise.
using FuzzTarget = void (*)(std::string_view bytes);

void FuzzJpeg(std::string_view bytes);
void FuzzPng(std::string_view bytes);
void FuzzWebp(std::string_view bytes);
void FuzzGif(std::string_view bytes);
void FuzzBmp(std::string_view bytes);
void FuzzTiff(std::string_view bytes);
void FuzzAvif(std::string_view bytes);
void FuzzPnm(std::string_view bytes);
// EXIF's orientation, as a decoder hands it on.
void FuzzOrientation(std::string_view bytes);
void FuzzTar(std::string_view bytes);
void FuzzZip(std::string_view bytes);
// A table of delimited cells; the first byte chooses its format.
void FuzzDelimited(std::string_view bytes);
// Rows of JSON; the first byte chooses their format.
void FuzzJson(std::string_view bytes);
// gzip and zstd.
void FuzzPacked(std::string_view bytes);
// What makes two labels one.
void FuzzLabel(std::string_view bytes);
// The JSON of a safetensors file.
void FuzzSafetensors(std::string_view bytes);
// Keras' .h5 files.
void FuzzHdf5(std::string_view bytes);

struct NamedFuzzTarget {
  // As in the name of its program, fuzz_{name}.
  std::string name;
  FuzzTarget target;
};
std::vector<NamedFuzzTarget> AllFuzzTargets();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_FUZZ_TARGETS_H_
