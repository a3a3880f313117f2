#include "worker/models/vit/config.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

// Far beyond real networks; keeps products of extents within int64.
constexpr int64_t kMaxWidth = int64_t{1} << 20;
constexpr int64_t kMaxLayers = 1000;
// Of a picture, which has to fit into memory.
constexpr int64_t kMaxSize = 4096;

// A number, or a list of two equal ones.
int64_t ReadSquare(ConfigReader& reader, const nlohmann::json& json,
                   const char* key, int64_t unset) {
  auto it = json.find(key);
  if (it == json.end() || !it->is_array()) {
    return reader.Integer(key, 1, kMaxSize, unset);
  }
  const std::vector<int64_t> sides =
      reader.Integers(key, 1, kMaxSize, 2, {unset, unset});
  if (sides.size() != 2 || sides[0] != sides[1]) {
    reader.Reject(absl::StrCat(key, " must be a number or two equal ones"));
  }
  return sides[0];
}

}  // namespace

absl::StatusOr<VitConfig> ParseVitConfig(const nlohmann::json& json) {
  ConfigReader reader(json);
  VitConfig config;
  reader.Integer("num_channels", 3, 3, 3);
  config.image_size = ReadSquare(reader, json, "image_size", 224);
  config.patch_size = ReadSquare(reader, json, "patch_size", 16);
  config.width = reader.Integer("hidden_size", 1, kMaxWidth, 768);
  config.layer_count = reader.Integer("num_hidden_layers", 1, kMaxLayers, 12);
  config.head_count = reader.Integer("num_attention_heads", 1, kMaxWidth, 12);
  config.inner_width = reader.Integer("intermediate_size", 1, kMaxWidth, 3072);
  config.attention_bias = reader.Flag("qkv_bias", true);
  config.activation = ReadActivation(reader, "hidden_act", "gelu");
  config.hidden_dropout = reader.Number("hidden_dropout_prob", 0, 0.9, 0);
  config.attention_dropout =
      reader.Number("attention_probs_dropout_prob", 0, 0.9, 0);
  config.epsilon = reader.Number("layer_norm_eps", 0, 1, 1e-12);
  config.initializer_range = reader.Number("initializer_range", 0, 10, 0.02);
  if (config.width % config.head_count != 0) {
    reader.Reject("hidden_size is not a multiple of num_attention_heads");
  }
  if (config.patch_size > config.image_size) {
    reader.Reject("patch_size is larger than image_size");
  }
  if (!reader.status().ok()) return reader.status();
  return config;
}

}  // namespace tunesmith::worker
