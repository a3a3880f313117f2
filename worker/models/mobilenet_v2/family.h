#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {

class MobileNetV2Family : public TorchvisionFamily {
 public:
  std::string_view name() const override { return "mobilenet_v2"; }
  std::vector<std::string> config_values() const override {
    return {"mobilenet_v2"};
  }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 private:
  const WeightNaming naming_ = {.roots = {"features."}, .head = "classifier.1"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_
