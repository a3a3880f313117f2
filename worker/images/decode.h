#ifndef TUNESMITH_WORKER_IMAGES_DECODE_H_
#define TUNESMITH_WORKER_IMAGES_DECODE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// What a picture may be at most; looked at before memory is taken for it. The
// decoded picture takes 3 bytes a pixel, and a progressive JPEG up to 8 more
// while it is decoded: see PictureTurn.
struct ImageLimits {
  int64_t max_side = 100'000;
  int64_t max_pixels = 500'000'000;
};

// What a file had that its picture no longer shows.
struct ImageTraits {
  // Between the smallest and the largest alpha of a pixel, 0 to 255.
  int alpha_range = 0;
  // Of samples of 16 bits: how many of them the largest one needs. 0 for other
  // samples.
  int used_bits = 0;
  // A single channel of 16 bits, which Pillow's convert("RGB") cuts off at 255
  // instead of scaling it down.
  bool is_deep_grey = false;
};

struct DecodedPicture {
  Image image;
  ImageTraits traits;
};

// Decodes a picture file, whatever its name, as Pillow's convert("RGB") does:
// grey becomes three equal channels, alpha is dropped, CMYK is converted
// without a profile, of an animation or of several pages the first counts. Of
// 16 bits the upper 8 count, also of grey ones. The picture is turned as its
// EXIF orientation says.
//
// INVALID_ARGUMENT with a message that goes with the file's name, "the JPEG is
// cut off", and a reason: BAD_IMAGE, or INCOMPLETE_IMAGE for a JPEG that other
// programs show with an invented rest. RESOURCE_EXHAUSTED with reason
// OUT_OF_MEMORY, which is not the picture's fault. Thread-safe; throws nothing
// and prints nothing, but for the library that reads AVIF, which names damage
// on standard error.
absl::StatusOr<DecodedPicture> DecodePicture(std::string_view bytes,
                                             const ImageLimits& limits = {});

// The same for whoever wants the pixels alone.
absl::StatusOr<Image> DecodeImage(std::string_view bytes,
                                  const ImageLimits& limits = {});

// INVALID_ARGUMENT with reason BAD_IMAGE.
absl::Status BadImage(const std::string& message);

// INVALID_ARGUMENT with reason INCOMPLETE_IMAGE.
absl::Status IncompleteImage(const std::string& message);
bool IsIncompleteImage(const absl::Status& status);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_DECODE_H_
