#include "worker/models/squeezenet/config.h"

namespace tunesmith::worker {

std::optional<SqueezeNetConfig> FindSqueezeNetConfig(
    std::string_view architecture) {
  if (architecture == "squeezenet1_1") return SqueezeNetConfig();
  if (architecture == "squeezenet1_0") {
    return SqueezeNetConfig{
        .stem_width = 96,
        .stem_kernel = 7,
        .groups = {{{16, 64}, {16, 64}, {32, 128}},
                   {{32, 128}, {48, 192}, {48, 192}, {64, 256}},
                   {{64, 256}}}};
  }
  return std::nullopt;
}

}  // namespace tunesmith::worker
