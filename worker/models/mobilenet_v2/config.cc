#include "worker/models/mobilenet_v2/config.h"

#include <algorithm>

namespace tunesmith::worker {
namespace {

int64_t Divisible(double channels) {
  constexpr int64_t kDivisor = 8;
  const int64_t rounded =
      std::max(kDivisor, static_cast<int64_t>(channels + kDivisor / 2.0) /
                             kDivisor * kDivisor);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + kDivisor
                                                       : rounded;
}

}  // namespace

int64_t MobileNetV2Config::Channels(int64_t channels) const {
  return Divisible(static_cast<double>(channels) * width_multiplier);
}

int64_t MobileNetV2Config::LastChannels() const {
  return Divisible(1280 * std::max(1.0, width_multiplier));
}

}  // namespace tunesmith::worker
