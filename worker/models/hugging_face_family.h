#ifndef TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_

#include <string>
#include <vector>

#include "worker/models/model_family.h"

namespace tunesmith::worker {

// A family whose directories are those of transformers' save_pretrained.
class HuggingFaceFamily : public ModelFamily {
 public:
  const char* config_key() const override { return "model_type"; }
  std::vector<std::string> config_values() const override {
    return {std::string(name())};
  }
  std::vector<std::string> LabelsOf(const nlohmann::json& config,
                                    int64_t count) const override;
  std::string HeadProblem(const nlohmann::json& config,
                          int64_t count) const override;
  bool needs_preprocessor() const override {
    return !image_processor().empty();
  }
  void SetClassifier(const std::vector<std::string>& labels,
                     nlohmann::json& config) const override;
  absl::StatusOr<ImageInputFacts> ImageInput(
      const ModelConfig& config) const override;
  // Leaves a preprocessor_config.json that says so as it is.
  void SetImageInput(const ImageInputFacts& input,
                     ModelConfig& config) const override;

 protected:
  // For `architectures` of a fine-tuned model's config.
  virtual std::string_view classifier_architecture() const = 0;

  // The class that AutoImageProcessor takes for the family; empty for networks
  // of texts.
  virtual std::string_view image_processor() const { return ""; }
  // Of a directory that has no preprocessor_config.json: as networks of the
  // family are published.
  virtual ImageInputFacts PublishedInput(const nlohmann::json&) const {
    return {};
  }
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_
