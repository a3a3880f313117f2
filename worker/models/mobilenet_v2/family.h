#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/models/hugging_face_family.h"
#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {

// As transformers writes it: also with TensorFlow's padding, another epsilon
// and other widths.
class MobileNetV2Family : public HuggingFaceFamily {
 public:
  std::string_view name() const override { return "mobilenet_v2"; }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  std::string_view classifier_architecture() const override {
    return "MobileNetV2ForImageClassification";
  }
  std::string_view image_processor() const override {
    return "MobileNetV2ImageProcessor";
  }
  // As Google's.
  ImageInputFacts PublishedInput(const nlohmann::json&) const override {
    return {.mean = {0.5, 0.5, 0.5}, .deviation = {0.5, 0.5, 0.5}};
  }

 private:
  const WeightNaming naming_ = {.prefix = "mobilenet_v2.",
                                .roots = {"conv_stem.", "layer.", "conv_1x1."},
                                .head = "classifier"};
};

// As torchvision has it.
class TorchvisionMobileNetV2Family : public TorchvisionFamily {
 public:
  std::string_view name() const override { return "mobilenet_v2"; }
  std::vector<std::string> config_values() const override {
    return {"mobilenet_v2"};
  }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

 protected:
  const char* first_weight() const override { return "features.0.0.weight"; }
  // TensorFlow's padding, another epsilon or other widths make it a network of
  // transformers, whose class has them all.
  absl::StatusOr<std::string> StandardizeNetwork(
      const NetworkQuirks& quirks, ModelConfig& config,
      WeightFiles& weights) const override;

 private:
  const WeightNaming naming_ = {.roots = {"features."}, .head = "classifier.1"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_FAMILY_H_
