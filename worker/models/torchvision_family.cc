#include "worker/models/torchvision_family.h"

namespace tunesmith::worker {
namespace {

constexpr char kPretrained[] = "pretrained_cfg";
constexpr char kLabels[] = "label_names";

nlohmann::json& PretrainedOf(nlohmann::json& config) {
  nlohmann::json& pretrained = config[kPretrained];
  if (!pretrained.is_object()) pretrained = nlohmann::json::object();
  return pretrained;
}

}  // namespace

std::vector<std::string> TorchvisionFamily::LabelsOf(
    const nlohmann::json& config, int64_t count) const {
  auto pretrained = config.find(kPretrained);
  if (pretrained == config.end() || !pretrained->is_object()) return {};
  auto names = pretrained->find(kLabels);
  if (names == pretrained->end() || !names->is_array() ||
      static_cast<int64_t>(names->size()) != count) {
    return {};
  }
  std::vector<std::string> labels;
  for (const nlohmann::json& name : *names) {
    if (!name.is_string()) return {};
    labels.push_back(name.get<std::string>());
  }
  return labels;
}

void TorchvisionFamily::SetClassifier(const std::vector<std::string>& labels,
                                      nlohmann::json& config) const {
  config["num_classes"] = labels.size();
  nlohmann::json& pretrained = PretrainedOf(config);
  pretrained["num_classes"] = labels.size();
  pretrained[kLabels] = labels;
  // Its descriptions are those of the old labels.
  pretrained.erase("label_descriptions");
}

void TorchvisionFamily::SetNormalization(const std::array<double, 3>& mean,
                                         const std::array<double, 3>& deviation,
                                         ModelConfig& config) const {
  nlohmann::json& pretrained = PretrainedOf(config.network);
  pretrained["mean"] = mean;
  pretrained["std"] = deviation;
}

}  // namespace tunesmith::worker
