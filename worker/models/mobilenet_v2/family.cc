#include "worker/models/mobilenet_v2/family.h"

#include "proto/contract/base/status_macros.h"
#include "worker/models/image_config.h"
#include "worker/models/mobilenet_v2/config.h"
#include "worker/models/mobilenet_v2/model.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> MobileNetV2Family::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(MobileNetV2Config network,
                             ParseMobileNetV2Config(config.network));
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input,
                             ImageInputOfTimm(config.network));
  if (options.dropout.has_value()) network.dropout = *options.dropout;
  return std::make_shared<MobileNetV2Model>(network, input, options.tensors);
}

}  // namespace tunesmith::worker
