#ifndef TUNESMITH_WORKER_IMAGES_IMAGE_TYPE_H_
#define TUNESMITH_WORKER_IMAGES_IMAGE_TYPE_H_

#include <string>
#include <string_view>

namespace tunesmith::worker {

// What a file in a picture's place is. All up to kPnm can be decoded.
enum class ImageType {
  kJpeg,
  kPng,
  kWebp,
  kGif,
  kBmp,
  kTiff,
  kAvif,
  kPnm,
  kHeif,
  kLfsPointer,
  kHtml,
  kUnknown,
};

// By the first bytes.
ImageType TypeOfBytes(std::string_view bytes);

// By the ending of a path; the same kinds that have bytes of their own.
ImageType TypeOfPath(const std::string& path);

// For people: "JPEG"; "unknown".
std::string_view ImageTypeName(ImageType type);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_IMAGE_TYPE_H_
