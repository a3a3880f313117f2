#include "worker/models/vit/family.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/models/vit/config.h"
#include "worker/models/vit/model.h"
#include "worker/models/vit/positions.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> VitFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(VitConfig network, ParseVitConfig(config.network));
  const int size = static_cast<int>(network.image_size);
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  if (input.size != size) {
    return UnsupportedModelError(
        absl::StrCat("preprocessor_config.json: pictures of ", input.size,
                     " pixels do not fit image_size of config.json: ", size));
  }
  if (options.dropout.has_value()) {
    network.hidden_dropout = *options.dropout;
    network.attention_dropout = *options.dropout;
    network.head_dropout = *options.dropout;
  }
  return std::make_shared<VitModel>(network, input, options.tensors);
}

ImageInputFacts VitFamily::PublishedInput(const nlohmann::json& config) const {
  absl::StatusOr<VitConfig> network = ParseVitConfig(config);
  // What is wrong with the config is said where the network is made.
  const int size = network.ok() ? static_cast<int>(network->image_size) : 224;
  return {.size = size,
          .resize_size = size,
          .squash = true,
          .mean = {0.5, 0.5, 0.5},
          .deviation = {0.5, 0.5, 0.5}};
}

absl::Status VitFamily::Resize(int image_size, ModelConfig& config,
                               WeightFiles& weights) const {
  TUNESMITH_ASSIGN_OR_RETURN(VitConfig network, ParseVitConfig(config.network));
  if (image_size % network.patch_size != 0) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
        absl::StrCat("image_size must be a multiple of the network's patches "
                     "of ",
                     network.patch_size, ", got: ", image_size));
  }
  TUNESMITH_ASSIGN_OR_RETURN(ImageInputFacts input, ImageInput(config));
  TUNESMITH_RETURN_IF_ERROR(InterpolatePositions(
      network.image_size / network.patch_size, image_size / network.patch_size,
      network.width, weights));
  config.network["image_size"] = image_size;
  SetImageInput(Resized(input, image_size), config);
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
