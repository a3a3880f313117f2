#ifndef TUNESMITH_WORKER_IMAGES_ENCODE_PNG_H_
#define TUNESMITH_WORKER_IMAGES_ENCODE_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "worker/images/image.h"

namespace tunesmith::worker {

// A PNG file of a picture of at least one pixel. INTERNAL: libpng refuses.
absl::StatusOr<std::string> EncodePng(const Image& image);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_IMAGES_ENCODE_PNG_H_
