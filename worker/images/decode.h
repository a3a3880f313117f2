#ifndef TUNESMITH_WORKER_IMAGES_DECODE_H_
#define TUNESMITH_WORKER_IMAGES_DECODE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// What a picture may be at most; looked at before memory is taken for it.
struct ImageLimits {
  int64_t max_side = 30'000;
  int64_t max_pixels = 100'000'000;
};

// Decodes a JPEG, PNG or WebP file as Pillow's convert("RGB") does: grey
// becomes three equal channels, alpha is dropped, of 16 bits the upper 8 count,
// CMYK is converted without a profile. The picture is turned as its EXIF
// orientation says.
//
// INVALID_ARGUMENT with reason BAD_IMAGE and a message that goes with the
// file's name: "the JPEG is cut off". RESOURCE_EXHAUSTED with reason
// OUT_OF_MEMORY, which is not the picture's fault. Thread-safe; throws nothing
// and prints nothing.
absl::StatusOr<Image> DecodeImage(std::string_view bytes,
                                  const ImageLimits& limits = {});

// INVALID_ARGUMENT with reason BAD_IMAGE.
absl::Status BadImage(const std::string& message);

// BadImage when a picture of that size is beyond the limits or empty.
absl::Status CheckImageSize(int64_t width, int64_t height,
                            const ImageLimits& limits);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_DECODE_H_
