#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_NAMES_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_NAMES_H_

#include <string>
#include <vector>

#include "worker/models/mobilenet_v2/config.h"

namespace tunesmith::worker {

// Where a convolution and the normalisation behind it are.
struct MobileNetV2UnitPaths {
  // The module of the block that they are in.
  std::string block;
  // Within it.
  std::string convolution;
  std::string norm;
};

// Of every unit from input to output: the stem, expansion (unless it is 1),
// depthwise convolution and projection of each residual, the last convolution.
using MobileNetV2Names =
    std::vector<MobileNetV2UnitPaths> (*)(const MobileNetV2Config& config);

// Those of torchvision.
std::vector<MobileNetV2UnitPaths> TorchvisionMobileNetV2Names(
    const MobileNetV2Config& config);

// Those of transformers' MobileNetV2Model, which has the first residual in its
// stem.
std::vector<MobileNetV2UnitPaths> HuggingFaceMobileNetV2Names(
    const MobileNetV2Config& config);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_NAMES_H_
