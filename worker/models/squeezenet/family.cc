#include "worker/models/squeezenet/family.h"

#include <optional>

#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/models/image_config.h"
#include "worker/models/squeezenet/config.h"
#include "worker/models/squeezenet/model.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> SqueezeNetFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  ConfigReader reader(config.network);
  std::optional<SqueezeNetConfig> network =
      FindSqueezeNetConfig(reader.Text("architecture", ""));
  if (!network.has_value()) {
    reader.Reject("architecture is none of a SqueezeNet");
    return reader.status();
  }
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input,
                             ImageInputOfTimm(config.network));
  network->head_dropout = options.dropout.value_or(network->head_dropout);
  return std::make_shared<SqueezeNetModel>(*network, input, options.tensors);
}

}  // namespace tunesmith::worker
