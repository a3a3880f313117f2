#ifndef TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_

#include <array>
#include <string>
#include <vector>

#include "worker/models/model_family.h"

namespace tunesmith::worker {

// A family of networks of pictures whose weights have the names of
// torchvision's models, and whose config.json is timm's: `architecture`,
// `num_classes`, and `pretrained_cfg` with `input_size`, `crop_pct`,
// `interpolation`, `mean`, `std` and `label_names`. Keys of our own beside them
// are `resize_size`, `padding`, `channel_order`, `batch_norm_epsilon` and, of a
// ResNet, `downsample_in_bottleneck`.
class TorchvisionFamily : public ModelFamily {
 public:
  const char* config_key() const override { return "architecture"; }
  std::vector<std::string> LabelsOf(const nlohmann::json& config,
                                    int64_t count) const override;
  void SetClassifier(const std::vector<std::string>& labels,
                     nlohmann::json& config) const override;
  void SetNormalization(const std::array<double, 3>& mean,
                        const std::array<double, 3>& deviation,
                        ModelConfig& config) const override;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_TORCHVISION_FAMILY_H_
