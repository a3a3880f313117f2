#ifndef TUNESMITH_WORKER_MODELS_KERAS_KERAS_NETWORK_H_
#define TUNESMITH_WORKER_MODELS_KERAS_KERAS_NETWORK_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// How weights of a layer of Keras become those of a module of torchvision.
enum class KerasLayerKind {
  // Kernel [height, width, in, out] -> weight [out, in, height, width].
  kConvolution,
  // Kernel [height, width, in, multiplier] -> weight
  // [in * multiplier, 1, height, width].
  kDepthwiseConvolution,
  // Kernel [in, out] -> weight [out, in].
  kDense,
  // Gamma, beta, moving mean and variance -> weight, bias, running_mean and
  // running_var.
  kNormalization,
};

// One layer under its two names.
struct KerasLayerName {
  std::string layer;
  std::string module;
  KerasLayerKind kind = KerasLayerKind::kConvolution;
  // Of a convolution that has a bias in Keras and none in torchvision: the
  // layer that normalises what it gives. norm(x + bias) is norm(x) with a mean
  // less by the bias.
  std::string normalization = {};
};

// A network of Keras Applications.
struct KerasNetwork {
  // Some layers have had more than one name; a file has one of them.
  std::vector<KerasLayerName> layers;
  // Where Keras builds it, and gives it pictures, otherwise than torchvision:
  // keys of config.json, unless the config has them.
  nlohmann::json config;
};

// How networks that come from Caffe are given pictures, as Keras' "caffe" mode
// of preprocess_input: bytes, blue first, less ImageNet's mean.
nlohmann::json CaffeConventions();

KerasNetwork KerasMobileNetV2();
// `depths`: blocks of each stage.
KerasNetwork KerasResNet(const std::vector<int>& depths);
// `modules`: where torchvision has fire2, fire3, ... among its features.
KerasNetwork KerasSqueezeNet(const std::vector<int>& modules);

// By torchvision's name of the architecture; nothing when the names of its
// layers are not known.
std::optional<KerasNetwork> FindKerasNetwork(std::string_view architecture);

// The architectures that are known, for messages.
std::string KnownKerasNetworks();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_KERAS_KERAS_NETWORK_H_
