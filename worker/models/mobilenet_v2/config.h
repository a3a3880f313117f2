#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_CONFIG_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/image_layers.h"

namespace tunesmith::worker {

// MobileNetV2 (arXiv:1801.04381). The defaults are torchvision's mobilenet_v2.
struct MobileNetV2Config {
  // Repeated blocks that share their settings; of `count` blocks the first one
  // has the stride.
  struct Stage {
    int64_t expansion = 6;
    int64_t channels = 0;
    int64_t count = 1;
    int64_t stride = 1;
  };

  double width_multiplier = 1;
  // Whether a product is rounded to a whole number first, and the last width
  // shrinks with the others; as transformers builds it.
  bool rounds_first = false;
  bool shrinks_last = false;
  Padding padding = Padding::kSymmetric;
  double epsilon = 1e-5;
  double dropout = 0.2;
  std::vector<Stage> stages = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2},
                               {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                               {6, 320, 1, 1}};

  // Multiplied, and rounded to a multiple of 8 that is not more than a tenth
  // below.
  int64_t Channels(int64_t channels) const;
  int64_t LastChannels() const;
};

// From a config.json of transformers; absent keys have the defaults of its
// MobileNetV2Config. INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::StatusOr<MobileNetV2Config> ParseMobileNetV2Config(
    const nlohmann::json& config);

// A config.json of transformers for such a network.
nlohmann::json MobileNetV2ConfigJson(const MobileNetV2Config& config,
                                     int image_size);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_CONFIG_H_
