#include "worker/models/hugging_face_family.h"

#include "worker/models/config_labels.h"

namespace tunesmith::worker {

std::vector<std::string> HuggingFaceFamily::LabelsOf(
    const nlohmann::json& config, int64_t count) const {
  return LabelsOfConfig(config, count);
}

void HuggingFaceFamily::SetClassifier(const std::vector<std::string>& labels,
                                      nlohmann::json& config) const {
  config["architectures"] = {std::string(classifier_architecture())};
  config["problem_type"] = "single_label_classification";
  SetLabelsOfConfig(labels, config);
  config["dtype"] = "float32";
  // Older spelling of `dtype`, and a count that id2label already says.
  config.erase("torch_dtype");
  config.erase("num_labels");
  config.erase("_num_labels");
}

void HuggingFaceFamily::SetNormalization(const std::array<double, 3>& mean,
                                         const std::array<double, 3>& deviation,
                                         ModelConfig& config) const {
  config.preprocessor["image_mean"] = mean;
  config.preprocessor["image_std"] = deviation;
}

}  // namespace tunesmith::worker
