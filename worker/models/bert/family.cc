#include "worker/models/bert/family.h"

#include <string>

#include "proto/contract/base/status_macros.h"
#include "worker/models/bert/config.h"
#include "worker/models/bert/model.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {

absl::StatusOr<std::shared_ptr<Encoder>> BertFamily::MakeEncoder(
    const ModelConfig& files, const EncoderOptions& options) const {
  TUNESMITH_ASSIGN_OR_RETURN(BertConfig config, ParseBertConfig(files.network));
  if (options.dropout.has_value()) {
    config.hidden_dropout = *options.dropout;
    config.attention_dropout = *options.dropout;
    config.head_dropout = *options.dropout;
  }
  return std::make_shared<BertModel>(config, options.tensors);
}

void BertFamily::Locate(ParameterDescription& parameter) const {
  std::string_view name = parameter.name;
  parameter.layer = IndexAfter("bert.encoder.layer.", name);
  if (parameter.layer.has_value()) {
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
