#include "worker/models/bert/family.h"

#include <string>

#include "absl/strings/numbers.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/bert/config.h"
#include "worker/models/bert/model.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> BertFamily::MakeEncoder(
    const nlohmann::json& json, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(BertConfig config, ParseBertConfig(json));
  if (options.dropout.has_value()) {
    config.hidden_dropout = *options.dropout;
    config.attention_dropout = *options.dropout;
    config.head_dropout = *options.dropout;
  }
  return std::make_shared<BertModel>(config, options.tensors);
}

void BertFamily::Locate(ParameterDescription& parameter) const {
  constexpr std::string_view kLayer = "bert.encoder.layer.";
  std::string_view name = parameter.name;
  parameter.layer.reset();
  if (name.starts_with(kLayer)) {
    name.remove_prefix(kLayer.size());
    int layer = 0;
    if (absl::SimpleAtoi(std::string(name.substr(0, name.find('.'))), &layer)) {
      parameter.layer = layer;
    }
    parameter.block = ParameterBlock::kLayer;
  } else if (name.starts_with("bert.embeddings.")) {
    parameter.block = ParameterBlock::kEmbeddings;
  } else if (name.starts_with("bert.pooler.")) {
    parameter.block = ParameterBlock::kPooler;
  } else {
    parameter.block = ParameterBlock::kHead;
  }
}

}  // namespace tunesmith::worker
