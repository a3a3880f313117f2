#include "worker/models/squeezenet/family.h"

#include <optional>

#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
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
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  network->head_dropout = options.dropout.value_or(network->head_dropout);
  return std::make_shared<SqueezeNetModel>(*network, input, options.tensors);
}

absl::StatusOr<std::string> SqueezeNetFamily::StandardizeNetwork(
    const NetworkQuirks& quirks, ModelConfig&, WeightFiles&) const {
  if (quirks.tensorflow_padding) {
    return UnsupportedModelError(
        "padding: no library's SqueezeNet pads as TensorFlow does, so that "
        "nothing could load a result");
  }
  if (quirks.epsilon != kStandardEpsilon ||
      quirks.stride_in_first_convolution) {
    return UnsupportedModelError(
        "a SqueezeNet has neither batch_norm_epsilon nor "
        "downsample_in_bottleneck");
  }
  return "";
}

}  // namespace tunesmith::worker
