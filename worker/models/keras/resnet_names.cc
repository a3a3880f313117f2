#include "absl/strings/str_cat.h"
#include "worker/models/keras/keras_network.h"

// The layers of keras.applications.resnet, all of whose convolutions have a
// bias.

namespace tunesmith::worker {
namespace {

// `layer` is followed by _conv and _bn.
void AddUnit(const std::string& layer, const std::string& convolution,
             const std::string& norm, KerasNetwork& network) {
  network.layers.push_back({layer + "_conv", convolution,
                            KerasLayerKind::kConvolution, layer + "_bn"});
  network.layers.push_back(
      {layer + "_bn", norm, KerasLayerKind::kNormalization});
}

}  // namespace

KerasNetwork KerasResNet(const std::vector<int>& depths) {
  // Keras has the stride of a bottleneck in its first convolution.
  KerasNetwork network{.layers = {}, .config = CaffeConventions()};
  network.config["batch_norm_epsilon"] = 1.001e-5;
  network.config["downsample_in_bottleneck"] = true;
  AddUnit("conv1", "conv1", "bn1", network);
  for (size_t stage = 0; stage < depths.size(); ++stage) {
    for (int block = 0; block < depths[stage]; ++block) {
      const std::string layer =
          absl::StrCat("conv", stage + 2, "_block", block + 1, "_");
      const std::string module =
          absl::StrCat("layer", stage + 1, ".", block, ".");
      if (block == 0) {
        AddUnit(layer + "0", module + "downsample.0", module + "downsample.1",
                network);
      }
      for (int i = 1; i <= 3; ++i) {
        AddUnit(absl::StrCat(layer, i), absl::StrCat(module, "conv", i),
                absl::StrCat(module, "bn", i), network);
      }
    }
  }
  for (const char* head : {"probs", "predictions"}) {
    network.layers.push_back({head, "fc", KerasLayerKind::kDense});
  }
  return network;
}

}  // namespace tunesmith::worker
