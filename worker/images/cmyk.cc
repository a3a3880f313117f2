#include "worker/images/cmyk.h"

#include <algorithm>
#include <cstddef>

namespace tunesmith::worker {

std::array<uint8_t, 3> CmykToRgb(const std::array<uint8_t, 4>& ink) {
  std::array<uint8_t, 3> rgb;
  const int white = 255 - ink[3];
  for (size_t channel = 0; channel < rgb.size(); ++channel) {
    // Rounded division by 255.
    const int product = ink[channel] * white + 128;
    const int covered = ((product >> 8) + product) >> 8;
    rgb[channel] = static_cast<uint8_t>(std::max(white - covered, 0));
  }
  return rgb;
}

}  // namespace tunesmith::worker
