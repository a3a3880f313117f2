#ifndef TUNESMITH_WORKER_MODELS_VIT_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_VIT_CONFIG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/models/activation.h"

namespace tunesmith::worker {

// What config.json says about a ViT.
struct VitConfig {
  // Rows and columns of a picture, and of a patch.
  int64_t image_size = 224;
  int64_t patch_size = 16;
  int64_t width = 768;
  int64_t layer_count = 12;
  int64_t head_count = 12;
  int64_t inner_width = 3072;
  // Whether queries, keys and values have one.
  bool attention_bias = true;
  Activation activation = Activation::kGelu;
  double hidden_dropout = 0;
  double attention_dropout = 0;
  double head_dropout = 0;
  double epsilon = 1e-12;
  double initializer_range = 0.02;
};

// `config` is an object. Absent keys have the defaults of transformers'
// ViTConfig. INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::StatusOr<VitConfig> ParseVitConfig(const nlohmann::json& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_VIT_CONFIG_H_
