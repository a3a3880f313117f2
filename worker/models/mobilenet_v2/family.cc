#include "worker/models/mobilenet_v2/family.h"

#include "proto/contract/base/status_macros.h"
#include "worker/models/image_config.h"
#include "worker/models/mobilenet_v2/config.h"
#include "worker/models/mobilenet_v2/model.h"
#include "worker/models/module_path.h"

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

void MobileNetV2Family::Locate(ParameterDescription& parameter) const {
  const int block = IndexAfter("features.", parameter.name).value_or(0);
  const int last = static_cast<int>(MobileNetV2Config().BlockCount()) - 1;
  parameter.layer.reset();
  if (block == 0) {
    parameter.block = ParameterBlock::kEmbeddings;
  } else if (block == last) {
    parameter.block = ParameterBlock::kPooler;
  } else {
    parameter.block = ParameterBlock::kLayer;
    parameter.layer = block - 1;
  }
}

}  // namespace tunesmith::worker
