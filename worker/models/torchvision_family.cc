#include "worker/models/torchvision_family.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_labels.h"
#include "worker/models/config_reader.h"
#include "worker/models/image_config.h"
#include "worker/models/image_processor.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

constexpr char kPretrained[] = "pretrained_cfg";
constexpr char kLabels[] = "label_names";

// timm looks at the top first; older files have it in `pretrained_cfg`.
const json* FindLabelNames(const json& config) {
  if (auto names = config.find(kLabels); names != config.end()) return &*names;
  auto pretrained = config.find(kPretrained);
  if (pretrained == config.end() || !pretrained->is_object()) return nullptr;
  auto names = pretrained->find(kLabels);
  return names == pretrained->end() ? nullptr : &*names;
}

// A head whose labels are named has an output for each.
absl::Status CheckLabelCount(const json& config, const std::string& head,
                             const WeightFiles& weights) {
  const size_t named = LabelNamesOfTimm(config).size();
  if (named == 0) return absl::OkStatus();
  for (const StoredTensor& tensor : weights.tensors()) {
    if (tensor.name != head + ".weight" || tensor.shape.empty()) continue;
    if (tensor.shape[0] == static_cast<int64_t>(named)) break;
    return UnsupportedModelError(absl::StrCat(
        named, " labels are named, the head in the weights has ",
        tensor.shape[0],
        " outputs (name each, in their order; TensorFlow's "
        "networks for ImageNet have \"background\" as the first of 1,001)"));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> LabelNamesOfTimm(const json& config) {
  const json* names = FindLabelNames(config);
  if (names == nullptr || !names->is_structured()) return {};
  std::vector<std::string> labels;
  for (size_t i = 0; i < names->size(); ++i) {
    // A list, or an object of numbers.
    const json* name = nullptr;
    if (names->is_array()) {
      name = &(*names)[i];
    } else if (auto found = names->find(absl::StrCat(i));
               found != names->end()) {
      name = &*found;
    }
    if (name == nullptr || !name->is_string()) return {};
    labels.push_back(name->get<std::string>());
  }
  return labels;
}

std::vector<std::string> TorchvisionFamily::LabelsOf(const json& config,
                                                     int64_t count) const {
  std::vector<std::string> labels = LabelNamesOfTimm(config);
  if (static_cast<int64_t>(labels.size()) != count) labels.clear();
  return labels;
}

void TorchvisionFamily::SetClassifier(const std::vector<std::string>& labels,
                                      json& config) const {
  config["num_classes"] = labels.size();
  config[kLabels] = labels;
  json& pretrained = config[kPretrained];
  if (!pretrained.is_object()) pretrained = json::object();
  pretrained["num_classes"] = labels.size();
  // Of the old labels.
  config.erase("label_descriptions");
  for (const char* key : {kLabels, "label_descriptions", "label_offset"}) {
    pretrained.erase(key);
  }
}

absl::StatusOr<ImageInputFacts> TorchvisionFamily::ImageInput(
    const ModelConfig& config) const {
  return ImageInputOfTimm(config.network);
}

void TorchvisionFamily::SetImageInput(const ImageInputFacts& input,
                                      ModelConfig& config) const {
  SetImageInputOfTimm(input, config.network);
}

absl::Status TorchvisionFamily::Standardize(
    ModelConfig& config, WeightFiles& weights,
    std::vector<ModelNote>& notes) const {
  TUNESMITH_RETURN_IF_ERROR(
      CheckLabelCount(config.network, naming().head, weights));
  TUNESMITH_ASSIGN_OR_RETURN(NetworkQuirks quirks, ReadQuirks(config.network));
  EraseQuirks(config.network);
  if (quirks.blue_first) {
    TurnChannels(first_weight(), weights);
    notes.push_back(
        {ModelNote::Kind::kConvertedWeights,
         "the first convolution's input channels are turned round: the network "
         "took blue first and takes red first from here on, as libraries give "
         "pictures"});
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::string done,
                             StandardizeNetwork(quirks, config, weights));
  if (!done.empty()) {
    notes.push_back({ModelNote::Kind::kConvertedWeights, std::move(done)});
  }
  return absl::OkStatus();
}

absl::Status RenameModules(const std::map<std::string, std::string>& modules,
                           WeightFiles& weights) {
  return weights.Rename([&modules](const std::string& name) {
    const size_t end = name.rfind('.');
    if (end == std::string::npos) return name;
    auto module = modules.find(name.substr(0, end));
    return module == modules.end() ? name : module->second + name.substr(end);
  });
}

absl::Status KeepLabelsAndPictures(const json& timm, ModelConfig& config) {
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInputOfTimm(timm));
  input.crop_rounds_down = true;
  config.preprocessor = ProcessorOf(input);
  SetLabelsOfConfig(LabelNamesOfTimm(timm), config.network);
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
