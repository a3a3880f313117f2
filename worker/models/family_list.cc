#include "worker/models/family_list.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/bert/family.h"
#include "worker/models/config_reader.h"
#include "worker/models/mobilenet_v2/family.h"
#include "worker/models/resnet/family.h"
#include "worker/models/squeezenet/family.h"
#include "worker/models/vit/family.h"

namespace tunesmith::worker {

std::vector<std::unique_ptr<ModelFamily>> AllModelFamilies() {
  std::vector<std::unique_ptr<ModelFamily>> families;
  families.push_back(std::make_unique<BertFamily>());
  families.push_back(std::make_unique<MobileNetV2Family>());
  families.push_back(std::make_unique<TorchvisionMobileNetV2Family>());
  families.push_back(std::make_unique<ResNetFamily>());
  families.push_back(std::make_unique<TorchvisionResNetFamily>());
  families.push_back(std::make_unique<SqueezeNetFamily>());
  families.push_back(std::make_unique<VitFamily>());
  return families;
}

absl::StatusOr<std::unique_ptr<ModelFamily>> FindModelFamily(
    const nlohmann::json& config) {
  // What is at hand, and what could be, of the first key that is there.
  std::string given, known;
  for (std::unique_ptr<ModelFamily>& family : AllModelFamilies()) {
    auto value = config.find(family->config_key());
    if (value == config.end() || !value->is_string()) continue;
    const std::string& text = value->get_ref<const std::string&>();
    if (given.empty()) {
      given = absl::StrCat(family->config_key(), ": ", Printable(text));
    }
    for (const std::string& one : family->config_values()) {
      if (one == text) return std::move(family);
      if (absl::StartsWith(given, family->config_key())) {
        absl::StrAppend(&known, known.empty() ? "" : ", ", one);
      }
    }
  }
  if (given.empty()) {
    return UnsupportedModelError(
        "config.json: neither model_type nor architecture says what network it "
        "is");
  }
  return UnsupportedModelError(
      absl::StrCat("unsupported ", given, " (supported: ", known, ")"));
}

}  // namespace tunesmith::worker
