#ifndef TUNESMITH_WORKER_MODELS_RESNET_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_RESNET_FAMILY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/models/hugging_face_family.h"
#include "worker/models/resnet/config.h"
#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {

// As transformers writes it.
class ResNetFamily : public HuggingFaceFamily {
 public:
  std::string_view name() const override { return "resnet"; }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  std::string_view classifier_architecture() const override {
    return "ResNetForImageClassification";
  }
  std::string_view image_processor() const override {
    return "ConvNextImageProcessor";
  }
  // As Microsoft's, from where transformers has the family.
  ImageInputFacts PublishedInput(const nlohmann::json&) const override {
    return {.bicubic = true};
  }

 private:
  // Behind a flattening, which is the head's 0.
  const WeightNaming naming_ = {.prefix = "resnet.",
                                .roots = {"embedder.", "encoder."},
                                .head = "classifier.1"};
};

// As torchvision and timm have it.
class TorchvisionResNetFamily : public TorchvisionFamily {
 public:
  std::string_view name() const override { return "resnet"; }
  std::vector<std::string> config_values() const override {
    return ResNetArchitectures();
  }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  const char* first_weight() const override { return "conv1.weight"; }
  // A stride in the first convolution of bottlenecks makes it a network of
  // transformers; an epsilon goes into the running variances.
  absl::StatusOr<std::string> StandardizeNetwork(
      const NetworkQuirks& quirks, ModelConfig& config,
      WeightFiles& weights) const override;

 private:
  const WeightNaming naming_ = {
      .roots = {"conv1.", "bn1.", "layer1.", "layer2.", "layer3.", "layer4."},
      .head = "fc"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_RESNET_FAMILY_H_
