#ifndef TUNESMITH_WORKER_MODELS_RESNET_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_RESNET_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/activation.h"

namespace tunesmith::worker {

// ResNet (arXiv:1512.03385). The defaults are ResNet-50 with the stride in the
// 3 x 3 convolution, often called version 1.5.
struct ResNetConfig {
  // Repeated blocks; of `depth` blocks the first one changes width and size.
  struct Stage {
    int64_t width = 0;
    int64_t depth = 1;
  };

  int64_t stem_width = 64;
  std::vector<Stage> stages = {{256, 3}, {512, 4}, {1024, 6}, {2048, 3}};
  // Three convolutions in a block, the inner ones a quarter as wide; otherwise
  // two.
  bool bottleneck = true;
  bool stride_in_first_stage = false;
  // Whether a bottleneck has its stride in the first convolution instead of the
  // second.
  bool stride_in_first_convolution = false;
  // Of the stem and of the sum at the end of a block; in between it is ReLU.
  Activation activation = Activation::kRelu;
  // In front of a head.
  double head_dropout = 0;
};

// `config` is an object. Absent keys have the defaults of transformers'
// ResNetConfig. INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::StatusOr<ResNetConfig> ParseResNetConfig(const nlohmann::json& config);

// torchvision's and timm's names: "resnet18" and so on.
std::vector<std::string> ResNetArchitectures();

// Nothing when the name is none of them.
std::optional<ResNetConfig> FindResNetConfig(std::string_view architecture);

// From a config.json as TorchvisionFamily describes it. Errors as above.
absl::StatusOr<ResNetConfig> ParseTorchvisionResNetConfig(
    const nlohmann::json& config);

// A config.json of transformers for such a network, whose activation is ReLU.
nlohmann::json ResNetConfigJson(const ResNetConfig& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_RESNET_CONFIG_H_
