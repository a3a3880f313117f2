#ifndef TUNESMITH_WORKER_MODELS_SQUEEZENET_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_SQUEEZENET_FAMILY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {

class SqueezeNetFamily : public TorchvisionFamily {
 public:
  std::string_view name() const override { return "squeezenet"; }
  std::vector<std::string> config_values() const override {
    return {"squeezenet1_0", "squeezenet1_1"};
  }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  const char* first_weight() const override { return "features.0.weight"; }
  absl::StatusOr<std::string> StandardizeNetwork(
      const NetworkQuirks& quirks, ModelConfig& config,
      WeightFiles& weights) const override;

 private:
  // Behind dropout, which is the head's 0.
  const WeightNaming naming_ = {.roots = {"features."}, .head = "classifier.1"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_SQUEEZENET_FAMILY_H_
