#include "worker/models/vit/family.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"
#include "worker/models/image_config.h"
#include "worker/models/vit/config.h"
#include "worker/models/vit/model.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> VitFamily::MakeEncoder(
    const ModelConfig& config, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(VitConfig network, ParseVitConfig(config.network));
  const int size = static_cast<int>(network.image_size);
  TUNESMITH_ASSIGN_OR_RETURN(
      ImageInputFacts input,
      ImageInputOfHuggingFace(config.preprocessor,
                              {.size = size,
                               .resize_size = size,
                               .mean = {0.5, 0.5, 0.5},
                               .deviation = {0.5, 0.5, 0.5}}));
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

}  // namespace tunesmith::worker
