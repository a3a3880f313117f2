#ifndef TUNESMITH_WORKER_MODELS_IMAGE_PROCESSOR_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_PROCESSOR_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/image_input.h"

// What preprocessor_config.json of transformers says about the pictures of a
// network.

namespace tunesmith::worker {

// What AutoImageProcessor would do; `unset` is the class that it takes for the
// family where the file names none. INVALID_ARGUMENT with reason
// UNSUPPORTED_MODEL, naming the key, for values that are malformed or mean what
// is not done.
absl::StatusOr<ImageInputFacts> ImageInputOfProcessor(
    const nlohmann::json& preprocessor, std::string_view unset);

// A file that says so and leaves nothing to defaults.
nlohmann::json ProcessorOf(const ImageInputFacts& input);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_PROCESSOR_H_
