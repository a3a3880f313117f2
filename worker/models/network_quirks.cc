#include "worker/models/network_quirks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"
#include "worker/models/config_reader.h"
#include "worker/models/parameter_values.h"

namespace tunesmith::worker {
namespace {

constexpr char kPadding[] = "padding";
constexpr char kChannelOrder[] = "channel_order";
constexpr char kEpsilon[] = "batch_norm_epsilon";
constexpr char kStride[] = "downsample_in_bottleneck";

}  // namespace

absl::StatusOr<NetworkQuirks> ReadQuirks(const nlohmann::json& config) {
  ConfigReader reader(config);
  NetworkQuirks quirks;
  const std::string padding = reader.Text(kPadding, "symmetric");
  quirks.tensorflow_padding = padding == "tensorflow_same";
  if (padding != "symmetric" && !quirks.tensorflow_padding) {
    reader.Reject("padding must be symmetric or tensorflow_same");
  }
  const std::string order = reader.Text(kChannelOrder, "rgb");
  quirks.blue_first = order == "bgr";
  if (order != "rgb" && order != "bgr") {
    reader.Reject("channel_order must be rgb or bgr");
  }
  quirks.epsilon = reader.Number(kEpsilon, 0, 0.1, kStandardEpsilon);
  quirks.stride_in_first_convolution = reader.Flag(kStride, false);
  TUNESMITH_RETURN_IF_ERROR(reader.status());
  return quirks;
}

void EraseQuirks(nlohmann::json& config) {
  for (const char* key : {kPadding, kChannelOrder, kEpsilon, kStride}) {
    config.erase(key);
  }
}

void TurnChannels(const std::string& weight, WeightFiles& weights) {
  for (const StoredTensor& stored : weights.tensors()) {
    if (stored.name != weight) continue;
    if (stored.shape.size() != 4 || !IsNetworkFloat(stored.type)) return;
    std::vector<float> values = FloatsOf(stored);
    const int64_t channels = stored.shape[1];
    const int64_t area = stored.shape[2] * stored.shape[3];
    for (int64_t out = 0; out < stored.shape[0]; ++out) {
      for (int64_t i = 0; i < channels / 2; ++i) {
        float* one = values.data() + (out * channels + i) * area;
        float* other =
            values.data() + (out * channels + channels - 1 - i) * area;
        std::swap_ranges(one, one + area, other);
      }
    }
    weights.Replace({stored.name, stored.shape, std::move(values)});
    return;
  }
}

absl::Status FoldEpsilon(double epsilon, WeightFiles& weights) {
  std::vector<ConvertedTensor> folded;
  for (const StoredTensor& stored : weights.tensors()) {
    if (!stored.name.ends_with("running_var")) continue;
    if (!IsNetworkFloat(stored.type)) continue;
    std::vector<float> values = FloatsOf(stored);
    for (float& value : values) {
      value = static_cast<float>(value + (epsilon - kStandardEpsilon));
      if (value >= 0) continue;
      return UnsupportedModelError(absl::StrCat(
          "batch_norm_epsilon of ", epsilon, " cannot be made up for by the ",
          "running variances: ", Printable(stored.name),
          " has values that are as small"));
    }
    folded.push_back({stored.name, stored.shape, std::move(values)});
  }
  for (ConvertedTensor& tensor : folded) weights.Replace(std::move(tensor));
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
