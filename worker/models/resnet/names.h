#ifndef TUNESMITH_WORKER_MODELS_RESNET_NAMES_H_
#define TUNESMITH_WORKER_MODELS_RESNET_NAMES_H_

namespace tunesmith::worker {

// Where the modules of a ResNet are. $0 and $1 stand for numbers.
struct ResNetNames {
  const char* stem_convolution;
  const char* stem_norm;
  // $0: the stage, $1: the block in it, from 0 on.
  const char* block;
  // Within a block; $0: which of its convolutions.
  const char* convolution;
  const char* norm;
  const char* shortcut_convolution;
  const char* shortcut_norm;
  // From where stages and convolutions are counted.
  int first = 0;
};

// Those of torchvision and of timm.
inline constexpr ResNetNames kTorchvisionResNetNames = {
    .stem_convolution = "conv1",
    .stem_norm = "bn1",
    .block = "layer$0.$1",
    .convolution = "conv$0",
    .norm = "bn$0",
    .shortcut_convolution = "downsample.0",
    .shortcut_norm = "downsample.1",
    .first = 1};

// Those of transformers' ResNetModel.
inline constexpr ResNetNames kHuggingFaceResNetNames = {
    .stem_convolution = "embedder.embedder.convolution",
    .stem_norm = "embedder.embedder.normalization",
    .block = "encoder.stages.$0.layers.$1",
    .convolution = "layer.$0.convolution",
    .norm = "layer.$0.normalization",
    .shortcut_convolution = "shortcut.convolution",
    .shortcut_norm = "shortcut.normalization",
    .first = 0};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_RESNET_NAMES_H_
