#ifndef TUNESMITH_WORKER_IMAGES_FORMATS_H_
#define TUNESMITH_WORKER_IMAGES_FORMATS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/images/decode.h"
#include "worker/images/image.h"

// One decoder for each format, in a file of its own. Errors are BadImage.

namespace tunesmith::worker {

// A picture as it is stored, and the EXIF data that came with it: a TIFF file,
// empty without.
struct DecodedFile {
  Image image;
  std::string exif = {};
};

absl::StatusOr<DecodedFile> DecodeJpeg(std::string_view bytes,
                                       const ImageLimits& limits);
absl::StatusOr<DecodedFile> DecodePng(std::string_view bytes,
                                      const ImageLimits& limits);
// Of an animation, an error.
absl::StatusOr<DecodedFile> DecodeWebp(std::string_view bytes,
                                       const ImageLimits& limits);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_FORMATS_H_
