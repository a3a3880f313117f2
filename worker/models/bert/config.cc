#include "worker/models/bert/config.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

// Far beyond real networks; keeps products of extents within int64.
constexpr int64_t kMaxExtent = int64_t{1} << 24;
constexpr int64_t kMaxLayers = 1000;

void RejectForeignVariants(ConfigReader& reader) {
  if (reader.Flag("is_decoder", false)) {
    reader.Reject("is_decoder is not supported");
  }
  if (reader.Flag("add_cross_attention", false)) {
    reader.Reject("add_cross_attention is not supported");
  }
  std::string position = reader.Text("position_embedding_type", "absolute");
  if (position != "absolute") {
    reader.Reject(absl::StrCat("position_embedding_type ", Printable(position),
                               " is not supported (only absolute)"));
  }
}

}  // namespace

absl::StatusOr<BertConfig> ParseBertConfig(const nlohmann::json& json) {
  ConfigReader reader(json);
  RejectForeignVariants(reader);
  BertConfig config;
  config.vocabulary_size = reader.Integer("vocab_size", 1, kMaxExtent, 30522);
  config.width = reader.Integer("hidden_size", 1, kMaxExtent, 768);
  config.layer_count = reader.Integer("num_hidden_layers", 1, kMaxLayers, 12);
  config.head_count = reader.Integer("num_attention_heads", 1, kMaxExtent, 12);
  config.inner_width = reader.Integer("intermediate_size", 1, kMaxExtent, 3072);
  config.max_positions =
      reader.Integer("max_position_embeddings", 1, kMaxExtent, 512);
  config.type_count = reader.Integer("type_vocab_size", 1, kMaxExtent, 2);
  config.pad_token_id =
      reader.Integer("pad_token_id", 0, config.vocabulary_size - 1, 0);
  config.hidden_dropout = reader.Number("hidden_dropout_prob", 0, 0.9, 0.1);
  config.attention_dropout =
      reader.Number("attention_probs_dropout_prob", 0, 0.9, 0.1);
  config.head_dropout =
      reader.Number("classifier_dropout", 0, 0.9, config.hidden_dropout);
  config.epsilon = reader.Number("layer_norm_eps", 0, 1, 1e-12);
  config.initializer_range = reader.Number("initializer_range", 0, 10, 0.02);
  config.activation = ReadActivation(reader, "hidden_act", "gelu");
  if (config.width % config.head_count != 0) {
    reader.Reject("hidden_size is not a multiple of num_attention_heads");
  }
  if (!reader.status().ok()) return reader.status();
  return config;
}

}  // namespace tunesmith::worker
