#ifndef TUNESMITH_WORKER_MODELS_VIT_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_VIT_FAMILY_H_

#include <memory>
#include <string_view>

#include "worker/models/hugging_face_family.h"

namespace tunesmith::worker {

class VitFamily : public HuggingFaceFamily {
 public:
  std::string_view name() const override { return "vit"; }
  const WeightNaming& naming() const override { return naming_; }

  absl::StatusOr<std::shared_ptr<Encoder>> MakeEncoder(
      const ModelConfig& config, const EncoderOptions& options) const override;

  // Interpolates the position embeddings, as transformers' ViT does with
  // interpolate_pos_encoding.
  absl::Status Resize(int image_size, ModelConfig& config,
                      WeightFiles& weights) const override;

 protected:
  std::string_view classifier_architecture() const override {
    return "ViTForImageClassification";
  }
  std::string_view image_processor() const override {
    return "ViTImageProcessor";
  }
  ImageInputFacts PublishedInput(const nlohmann::json& config) const override;

 private:
  // A base model's file may have a pooler, which no classifier has.
  const WeightNaming naming_ = {
      .prefix = "vit.",
      .roots = {"embeddings.", "encoder.", "layernorm."},
      .ignored_endings = {"embeddings.mask_token"},
      .head = "classifier"};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_VIT_FAMILY_H_
