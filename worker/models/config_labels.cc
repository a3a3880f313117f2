#include "worker/models/config_labels.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {

std::vector<std::string> LabelsOfConfig(const nlohmann::json& config,
                                        int64_t count) {
  std::vector<std::string> labels;
  auto names = config.find("id2label");
  bool named = names != config.end() && !names->is_null();
  if (named &&
      (!names->is_object() || static_cast<int64_t>(names->size()) != count)) {
    return labels;
  }
  for (int64_t i = 0; i < count; ++i) {
    if (!named) {
      labels.push_back(absl::StrCat("LABEL_", i));
      continue;
    }
    auto name = names->find(absl::StrCat(i));
    if (name == names->end() || !name->is_string()) return {};
    labels.push_back(name->get<std::string>());
  }
  return labels;
}

void SetLabelsOfConfig(const std::vector<std::string>& labels,
                       nlohmann::json& config) {
  nlohmann::json names = nlohmann::json::object();
  nlohmann::json ids = nlohmann::json::object();
  for (size_t i = 0; i < labels.size(); ++i) {
    names[absl::StrCat(i)] = labels[i];
    ids[labels[i]] = i;
  }
  config["id2label"] = names;
  config["label2id"] = ids;
}

}  // namespace tunesmith::worker
