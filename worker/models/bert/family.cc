#include "worker/models/bert/family.h"

#include "proto/contract/base/status_macros.h"
#include "worker/models/bert/config.h"
#include "worker/models/bert/model.h"

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

}  // namespace tunesmith::worker
