#ifndef TUNESMITH_WORKER_MODELS_BERT_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_BERT_CONFIG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/activation.h"

namespace tunesmith::worker {

// What config.json says about a BERT.
struct BertConfig {
  int64_t vocabulary_size = 0;
  int64_t width = 0;
  int64_t layer_count = 0;
  int64_t head_count = 0;
  int64_t inner_width = 0;
  int64_t max_positions = 0;
  int64_t type_count = 0;
  int64_t pad_token_id = 0;
  Activation activation = Activation::kGelu;
  double hidden_dropout = 0;
  double attention_dropout = 0;
  double head_dropout = 0;
  double epsilon = 1e-12;
  double initializer_range = 0.02;
};

// `config` is an object. Absent keys have the defaults of transformers'
// BertConfig. INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::StatusOr<BertConfig> ParseBertConfig(const nlohmann::json& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_BERT_CONFIG_H_
