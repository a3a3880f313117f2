#include "absl/strings/str_cat.h"
#include "worker/models/keras/keras_network.h"

// SqueezeNet is not among Keras' own networks; the names of its layers are
// those of Caffe, which ports keep.

namespace tunesmith::worker {

KerasNetwork KerasSqueezeNet(const std::vector<int>& modules) {
  KerasNetwork network{.layers = {}, .config = CaffeConventions()};
  network.layers = {{"conv1", "features.0"}, {"conv10", "classifier.1"}};
  for (size_t i = 0; i < modules.size(); ++i) {
    const std::string layer = absl::StrCat("fire", i + 2, "/");
    const std::string module = absl::StrCat("features.", modules[i], ".");
    network.layers.push_back({layer + "squeeze1x1", module + "squeeze"});
    network.layers.push_back({layer + "expand1x1", module + "expand1x1"});
    network.layers.push_back({layer + "expand3x3", module + "expand3x3"});
  }
  return network;
}

}  // namespace tunesmith::worker
