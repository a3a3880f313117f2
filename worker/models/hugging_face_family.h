#ifndef TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_
#define TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_

#include <array>
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
  void SetClassifier(const std::vector<std::string>& labels,
                     nlohmann::json& config) const override;
  void SetNormalization(const std::array<double, 3>& mean,
                        const std::array<double, 3>& deviation,
                        ModelConfig& config) const override;

 protected:
  // For `architectures` of a fine-tuned model's config.
  virtual std::string_view classifier_architecture() const = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_HUGGING_FACE_FAMILY_H_
