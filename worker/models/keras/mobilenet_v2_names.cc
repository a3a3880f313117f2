#include "absl/strings/str_cat.h"
#include "worker/models/keras/keras_network.h"

// The layers of keras.applications.mobilenet_v2.

namespace tunesmith::worker {
namespace {

constexpr int kBlocks = 17;

// A convolution of a block and the normalisation behind it.
void AddUnit(const std::string& layer, KerasLayerKind kind,
             const std::string& convolution, const std::string& norm,
             KerasNetwork& network) {
  network.layers.push_back({layer, convolution, kind});
  network.layers.push_back(
      {layer + "_BN", norm, KerasLayerKind::kNormalization});
}

void AddBlock(int block, KerasNetwork& network) {
  // The first block expands nothing and is called otherwise.
  const std::string layer =
      block == 0 ? "expanded_conv_" : absl::StrCat("block_", block, "_");
  const std::string module = absl::StrCat("features.", block + 1, ".conv.");
  int index = 0;
  if (block > 0) {
    AddUnit(layer + "expand", KerasLayerKind::kConvolution, module + "0.0",
            module + "0.1", network);
    index = 1;
  }
  AddUnit(layer + "depthwise", KerasLayerKind::kDepthwiseConvolution,
          absl::StrCat(module, index, ".0"), absl::StrCat(module, index, ".1"),
          network);
  AddUnit(layer + "project", KerasLayerKind::kConvolution,
          absl::StrCat(module, index + 1), absl::StrCat(module, index + 2),
          network);
}

}  // namespace

KerasNetwork KerasMobileNetV2() {
  KerasNetwork network{
      .layers = {},
      .config = {{"batch_norm_epsilon", 1e-3},
                 {"padding", "tensorflow_same"},
                 {"pretrained_cfg",
                  {{"mean", {0.5, 0.5, 0.5}}, {"std", {0.5, 0.5, 0.5}}}}}};
  network.layers = {
      {"Conv1", "features.0.0"},
      {"bn_Conv1", "features.0.1", KerasLayerKind::kNormalization},
      {"Conv_1", "features.18.0"},
      {"Conv_1_bn", "features.18.1", KerasLayerKind::kNormalization},
      {"Logits", "classifier.1", KerasLayerKind::kDense},
      {"predictions", "classifier.1", KerasLayerKind::kDense}};
  for (int block = 0; block < kBlocks; ++block) AddBlock(block, network);
  return network;
}

}  // namespace tunesmith::worker
