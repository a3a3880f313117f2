#include "worker/models/mobilenet_v2/family.h"

#include <array>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/models/mobilenet_v2/config.h"
#include "worker/models/mobilenet_v2/model.h"
#include "worker/models/mobilenet_v2/names.h"

namespace tunesmith::worker {
namespace {

// Of published networks.
constexpr std::array<double, 9> kMultipliers = {0.1, 0.25, 0.35, 0.5, 0.75,
                                                1.0, 1.3,  1.4,  2.0};

// The multiplier with which the widths are those of the weights, by the first
// and the last block that have it; 1 when it is none of those known.
double MultiplierOf(const WeightFiles& weights) {
  std::map<std::string, int64_t> widths;
  for (const StoredTensor& tensor : weights.tensors()) {
    if (!tensor.shape.empty()) widths[tensor.name] = tensor.shape[0];
  }
  for (double multiplier : kMultipliers) {
    const MobileNetV2Config config{.width_multiplier = multiplier,
                                   .rounds_first = true};
    if (widths["features.0.0.weight"] == config.Channels(32) &&
        widths["features.11.conv.2.weight"] == config.Channels(96) &&
        widths["features.17.conv.2.weight"] == config.Channels(320)) {
      return multiplier;
    }
  }
  return 1;
}

std::map<std::string, std::string> ModulesInHuggingFace(
    const MobileNetV2Config& config) {
  const auto from = TorchvisionMobileNetV2Names(config);
  const auto to = HuggingFaceMobileNetV2Names(config);
  std::map<std::string, std::string> modules = {{"classifier.1", "classifier"}};
  for (size_t i = 0; i < from.size(); ++i) {
    modules[absl::StrCat(from[i].block, ".", from[i].convolution)] =
        absl::StrCat(to[i].block, ".", to[i].convolution);
    modules[absl::StrCat(from[i].block, ".", from[i].norm)] =
        absl::StrCat(to[i].block, ".", to[i].norm);
  }
  return modules;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Encoder>> MobileNetV2Family::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(MobileNetV2Config network,
                             ParseMobileNetV2Config(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  network.dropout = options.dropout.value_or(network.dropout);
  return std::make_shared<MobileNetV2Model>(
      network, HuggingFaceMobileNetV2Names, input, options.tensors);
}

absl::StatusOr<std::shared_ptr<Encoder>>
TorchvisionMobileNetV2Family::MakeEncoder(const ModelConfig& config,
                                          const EncoderOptions& options) const {
  MobileNetV2Config network;
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  network.dropout = options.dropout.value_or(network.dropout);
  return std::make_shared<MobileNetV2Model>(
      network, TorchvisionMobileNetV2Names, input, options.tensors);
}

absl::StatusOr<std::string> TorchvisionMobileNetV2Family::StandardizeNetwork(
    const NetworkQuirks& quirks, ModelConfig& config,
    WeightFiles& weights) const {
  if (quirks.stride_in_first_convolution) {
    return UnsupportedModelError(
        "a MobileNetV2 has no downsample_in_bottleneck");
  }
  const double multiplier = MultiplierOf(weights);
  if (!quirks.tensorflow_padding && quirks.epsilon == kStandardEpsilon &&
      multiplier == 1) {
    return "";
  }
  const MobileNetV2Config network{.width_multiplier = multiplier,
                                  .rounds_first = true,
                                  .padding = quirks.tensorflow_padding
                                                 ? Padding::kTensorFlowSame
                                                 : Padding::kSymmetric,
                                  .epsilon = quirks.epsilon};
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  const nlohmann::json timm =
      std::exchange(config.network, MobileNetV2ConfigJson(network, input.size));
  TUNESMITH_RETURN_IF_ERROR(KeepLabelsAndPictures(timm, config));
  TUNESMITH_RETURN_IF_ERROR(
      RenameModules(ModulesInHuggingFace(network), weights));
  return absl::StrCat(
      "parameters get the names of transformers' "
      "MobileNetV2ForImageClassification, which computes what this network "
      "does (",
      quirks.tensorflow_padding ? "TensorFlow's" : "symmetric",
      " padding, epsilon ", quirks.epsilon, ", width multiplier ", multiplier,
      ") and torchvision's does not: results load there");
}

}  // namespace tunesmith::worker
