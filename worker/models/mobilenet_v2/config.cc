#include "worker/models/mobilenet_v2/config.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {
namespace {

constexpr double kMaxMultiplier = 16;

int64_t Divisible(double channels) {
  constexpr int64_t kDivisor = 8;
  const int64_t rounded =
      std::max(kDivisor, static_cast<int64_t>(channels + kDivisor / 2.0) /
                             kDivisor * kDivisor);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + kDivisor
                                                       : rounded;
}

// Rejects any value but that of all published networks.
void Expect(ConfigReader& reader, const char* key, int64_t value) {
  if (reader.Integer(key, 0, 1 << 20, value) == value) return;
  reader.Reject(absl::StrCat(key, " must be ", value));
}

}  // namespace

int64_t MobileNetV2Config::Channels(int64_t channels) const {
  const double product = static_cast<double>(channels) * width_multiplier;
  return Divisible(rounds_first ? std::nearbyint(product) : product);
}

int64_t MobileNetV2Config::LastChannels() const {
  constexpr int64_t kLast = 1280;
  return shrinks_last || width_multiplier >= 1 ? Channels(kLast) : kLast;
}

absl::StatusOr<MobileNetV2Config> ParseMobileNetV2Config(
    const nlohmann::json& json) {
  ConfigReader reader(json);
  MobileNetV2Config config;
  config.rounds_first = true;
  Expect(reader, "num_channels", 3);
  Expect(reader, "depth_divisible_by", 8);
  Expect(reader, "min_depth", 8);
  Expect(reader, "output_stride", 32);
  config.width_multiplier =
      reader.Number("depth_multiplier", 0.01, kMaxMultiplier, 1);
  const double expansion = reader.Number("expand_ratio", 1, 16, 6);
  if (expansion != std::nearbyint(expansion) || expansion < 2) {
    reader.Reject("expand_ratio must be a whole number from 2 on");
  }
  for (MobileNetV2Config::Stage& stage : config.stages) {
    if (stage.expansion != 1) stage.expansion = static_cast<int64_t>(expansion);
  }
  if (!reader.Flag("first_layer_is_expansion", true)) {
    reader.Reject("first_layer_is_expansion must be true");
  }
  config.shrinks_last = !reader.Flag("finegrained_output", true);
  if (reader.Text("hidden_act", "relu6") != "relu6") {
    reader.Reject("hidden_act must be relu6");
  }
  config.padding = reader.Flag("tf_padding", true) ? Padding::kTensorFlowSame
                                                   : Padding::kSymmetric;
  config.dropout = reader.Number("classifier_dropout_prob", 0, 0.9, 0.8);
  config.epsilon = reader.Number("layer_norm_eps", 0, 0.1, 1e-3);
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  return config;
}

nlohmann::json MobileNetV2ConfigJson(const MobileNetV2Config& config,
                                     int image_size) {
  return {{"model_type", "mobilenet_v2"},
          {"num_channels", 3},
          {"image_size", image_size},
          {"depth_multiplier", config.width_multiplier},
          {"depth_divisible_by", 8},
          {"min_depth", 8},
          {"expand_ratio", 6},
          {"output_stride", 32},
          {"first_layer_is_expansion", true},
          {"finegrained_output", !config.shrinks_last},
          {"hidden_act", "relu6"},
          {"tf_padding", config.padding == Padding::kTensorFlowSame},
          {"classifier_dropout_prob", config.dropout},
          {"layer_norm_eps", config.epsilon}};
}

}  // namespace tunesmith::worker
