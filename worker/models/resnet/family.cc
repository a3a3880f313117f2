#include "worker/models/resnet/family.h"

#include "proto/contract/base/status_macros.h"
#include "worker/models/image_config.h"
#include "worker/models/resnet/model.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> ResNetFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(ResNetConfig network,
                             ParseResNetConfig(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(
      ImageInputFacts input,
      ImageInputOfHuggingFace(config.preprocessor, ImageInputFacts()));
  network.head_dropout = options.dropout.value_or(network.head_dropout);
  return std::make_shared<ResNetModel>(network, kHuggingFaceResNetNames, input,
                                       options.tensors);
}

absl::StatusOr<std::shared_ptr<Encoder>> TorchvisionResNetFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(ResNetConfig network,
                             ParseTorchvisionResNetConfig(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input,
                             ImageInputOfTimm(config.network));
  network.head_dropout = options.dropout.value_or(network.head_dropout);
  return std::make_shared<ResNetModel>(network, kTorchvisionResNetNames, input,
                                       options.tensors);
}

}  // namespace tunesmith::worker
