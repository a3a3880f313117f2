#include "worker/models/keras/keras_network.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

struct Known {
  const char* architecture;
  KerasNetwork (*make)();
};

constexpr Known kKnown[] = {
    {"mobilenet_v2", [] { return KerasMobileNetV2(); }},
    {"resnet50",
     [] {
       return KerasResNet({3, 4, 6, 3});
     }},
    {"resnet101",
     [] {
       return KerasResNet({3, 4, 23, 3});
     }},
    {"resnet152",
     [] {
       return KerasResNet({3, 8, 36, 3});
     }},
    {"squeezenet1_0",
     [] {
       return KerasSqueezeNet({3, 4, 5, 7, 8, 9, 10, 12});
     }},
    {"squeezenet1_1",
     [] {
       return KerasSqueezeNet({3, 4, 6, 7, 9, 10, 11, 12});
     }},
};

}  // namespace

nlohmann::json CaffeConventions() {
  constexpr double kByte = 1.0 / 255;
  return {{"channel_order", "bgr"},
          {"pretrained_cfg",
           {{"mean", {123.68 * kByte, 116.779 * kByte, 103.939 * kByte}},
            {"std", {kByte, kByte, kByte}}}}};
}

std::optional<KerasNetwork> FindKerasNetwork(std::string_view architecture) {
  for (const Known& known : kKnown) {
    if (known.architecture == architecture) return known.make();
  }
  return std::nullopt;
}

std::string KnownKerasNetworks() {
  std::string names;
  for (const Known& known : kKnown) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", known.architecture);
  }
  return names;
}

}  // namespace tunesmith::worker
