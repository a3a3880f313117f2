#ifndef TUNESMITH_WORKER_MODELS_NETWORK_QUIRKS_H_
#define TUNESMITH_WORKER_MODELS_NETWORK_QUIRKS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "worker/formats/weight_files.h"

// Where a network of pictures that is described by torchvision's name differs
// from torchvision's. No library reads of it in a config.json, so weights are
// brought into a form in which a library's own class computes the same.

namespace tunesmith::worker {

// Of torchvision's networks.
inline constexpr double kStandardEpsilon = 1e-5;

// Keys of our own in a config.json of timm.
struct NetworkQuirks {
  // `padding`: "symmetric" or "tensorflow_same".
  bool tensorflow_padding = false;
  // `channel_order`: "rgb" or "bgr".
  bool blue_first = false;
  // `batch_norm_epsilon`
  double epsilon = kStandardEpsilon;
  // `downsample_in_bottleneck`: as transformers' ResNetConfig.
  bool stride_in_first_convolution = false;
};

// INVALID_ARGUMENT with reason UNSUPPORTED_MODEL.
absl::StatusOr<NetworkQuirks> ReadQuirks(const nlohmann::json& config);

// Takes them out of the config.
void EraseQuirks(nlohmann::json& config);

// Turns the input channels of a convolution round, so that it takes red first
// what it took blue first. Exact. Does nothing where there is no such kernel.
void TurnChannels(const std::string& weight, WeightFiles& weights);

// Moves what an epsilon has beyond the standard one into the running variances:
// var + epsilon stays, and with it all that an evaluation computes. (Where
// normalisations train by a batch's own variance, that gets the standard
// epsilon from then on, in training and in evaluation alike.)
// UNSUPPORTED_MODEL when a variance would become negative.
absl::Status FoldEpsilon(double epsilon, WeightFiles& weights);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_NETWORK_QUIRKS_H_
