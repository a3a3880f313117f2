#ifndef TUNESMITH_WORKER_MODELS_SQUEEZENET_CONFIG_H_
#define TUNESMITH_WORKER_MODELS_SQUEEZENET_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tunesmith::worker {

// SqueezeNet (arXiv:1602.07360), as torchvision builds it. The defaults are
// version 1.1.
struct SqueezeNetConfig {
  // `squeeze` channels, from which two convolutions make `expand` each.
  struct Fire {
    int64_t squeeze = 0;
    int64_t expand = 0;
  };

  int64_t stem_width = 64;
  int64_t stem_kernel = 3;
  // In front of each group is a pool.
  std::vector<std::vector<Fire>> groups = {
      {{16, 64}, {16, 64}},
      {{32, 128}, {32, 128}},
      {{48, 192}, {48, 192}, {64, 256}, {64, 256}}};
  // In front of the head.
  double head_dropout = 0.5;
};

// That of torchvision's "squeezenet1_0" and "squeezenet1_1"; nothing when
// unknown.
std::optional<SqueezeNetConfig> FindSqueezeNetConfig(
    std::string_view architecture);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_SQUEEZENET_CONFIG_H_
