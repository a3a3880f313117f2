#ifndef TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_

#include <array>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/config_reader.h"
#include "worker/models/image_input.h"

// What a config.json as TorchvisionFamily describes it says about the pictures
// of a network.

namespace tunesmith::worker {

// Largest side of a picture that a network is given.
inline constexpr int kMaxImageSize = 4096;

// Without a size 224 of 256 pixels, without a mean and deviation ImageNet's.
// INVALID_ARGUMENT with reason UNSUPPORTED_MODEL for values that are malformed,
// out of bounds or mean what is not done.
absl::StatusOr<ImageInputFacts> ImageInputOfTimm(const nlohmann::json& config);

// Makes timm's evaluation transform do so.
void SetImageInputOfTimm(const ImageInputFacts& input, nlohmann::json& config);

// Three numbers under `key`, where it is set, or one for all three.
void ReadChannels(const nlohmann::json& config, const char* key, double low,
                  double high, std::array<double, 3>& values,
                  ConfigReader& reader);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_CONFIG_H_
