#ifndef TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/image_input.h"
#include "worker/models/image_layers.h"

// What config files say about the pictures of a network. INVALID_ARGUMENT with
// reason UNSUPPORTED_MODEL for values that are malformed or out of bounds.

namespace tunesmith::worker {

// From a config.json as TorchvisionFamily describes it. Without a size 224 of
// 256 pixels, without a mean and deviation ImageNet's.
absl::StatusOr<ImageInputFacts> ImageInputOfTimm(const nlohmann::json& config);

// `padding` of such a config: "symmetric" or "tensorflow_same".
absl::StatusOr<Padding> PaddingOfTimm(const nlohmann::json& config);

// From transformers' preprocessor_config.json; keys that it lacks have the
// values of `unset`.
absl::StatusOr<ImageInputFacts> ImageInputOfHuggingFace(
    const nlohmann::json& preprocessor, const ImageInputFacts& unset);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_
