#include "worker/models/resnet/family.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/models/resnet/model.h"
#include "worker/models/resnet/names.h"

namespace tunesmith::worker {
namespace {

// Where modules of torchvision's network are in that of transformers.
std::map<std::string, std::string> ModulesInHuggingFace(
    const ResNetConfig& config) {
  const ResNetNames &from = kTorchvisionResNetNames,
                    &to = kHuggingFaceResNetNames;
  std::map<std::string, std::string> modules = {
      {from.stem_convolution, to.stem_convolution},
      {from.stem_norm, to.stem_norm},
      {"fc", "classifier.1"}};
  for (size_t stage = 0; stage < config.stages.size(); ++stage) {
    for (int64_t block = 0; block < config.stages[stage].depth; ++block) {
      const std::string old = absl::StrCat(
          absl::Substitute(from.block, stage + from.first, block), ".");
      const std::string now = absl::StrCat(
          absl::Substitute(to.block, stage + to.first, block), ".");
      for (int i = 0; i < 3; ++i) {
        modules[old + absl::Substitute(from.convolution, i + from.first)] =
            now + absl::Substitute(to.convolution, i + to.first);
        modules[old + absl::Substitute(from.norm, i + from.first)] =
            now + absl::Substitute(to.norm, i + to.first);
      }
      modules[old + from.shortcut_convolution] = now + to.shortcut_convolution;
      modules[old + from.shortcut_norm] = now + to.shortcut_norm;
    }
  }
  return modules;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Encoder>> ResNetFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(ResNetConfig network,
                             ParseResNetConfig(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  network.head_dropout = options.dropout.value_or(network.head_dropout);
  return std::make_shared<ResNetModel>(network, kHuggingFaceResNetNames, input,
                                       options.tensors);
}

absl::StatusOr<std::shared_ptr<Encoder>> TorchvisionResNetFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(ResNetConfig network,
                             ParseTorchvisionResNetConfig(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  network.head_dropout = options.dropout.value_or(network.head_dropout);
  return std::make_shared<ResNetModel>(network, kTorchvisionResNetNames, input,
                                       options.tensors);
}

absl::StatusOr<std::string> TorchvisionResNetFamily::StandardizeNetwork(
    const NetworkQuirks& quirks, ModelConfig& config,
    WeightFiles& weights) const {
  if (quirks.tensorflow_padding) {
    return UnsupportedModelError(
        "padding: no library's ResNet pads as TensorFlow does, so that nothing "
        "could load a result (that of Keras pads symmetrically)");
  }
  std::string done;
  if (quirks.epsilon != kStandardEpsilon) {
    TUNESMITH_RETURN_IF_ERROR(FoldEpsilon(quirks.epsilon, weights));
    done = absl::StrCat(
        "the running variances make up for the epsilon of ", quirks.epsilon,
        ", where libraries have 1e-5: evaluation computes the same");
  }
  if (!quirks.stride_in_first_convolution) return done;
  TUNESMITH_ASSIGN_OR_RETURN(ResNetConfig network,
                             ParseTorchvisionResNetConfig(config.network));
  network.stride_in_first_convolution = true;
  const nlohmann::json timm =
      std::exchange(config.network, ResNetConfigJson(network));
  TUNESMITH_RETURN_IF_ERROR(KeepLabelsAndPictures(timm, config));
  TUNESMITH_RETURN_IF_ERROR(
      RenameModules(ModulesInHuggingFace(network), weights));
  return absl::StrCat(
      done, done.empty() ? "" : "; ",
      "parameters get the names of transformers' ResNetForImageClassification, "
      "which has the stride in the first convolution of a bottleneck as this "
      "network, where torchvision has it in the second: results load there");
}

}  // namespace tunesmith::worker
