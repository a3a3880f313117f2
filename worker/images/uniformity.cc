#include "worker/images/uniformity.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace tunesmith::worker {
namespace {

constexpr int kTolerance = 8;
// One in so many.
constexpr size_t kExceptions = 500;

}  // namespace

bool IsNearlyUniform(const Image& image) {
  const size_t pixels = image.rgb.size() / 3;
  std::array<std::array<size_t, 256>, 3> counts = {};
  for (size_t i = 0; i < image.rgb.size(); ++i) ++counts[i % 3][image.rgb[i]];
  std::array<int, 3> middle = {};
  for (size_t channel = 0; channel < 3; ++channel) {
    size_t below = counts[channel][0];
    while (below <= pixels / 2) {
      below += counts[channel][static_cast<size_t>(++middle[channel])];
    }
  }
  const size_t allowed = pixels / kExceptions;
  size_t exceptions = 0;
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    bool differs = false;
    for (size_t channel = 0; channel < 3; ++channel) {
      differs = differs ||
                std::abs(image.rgb[i + channel] - middle[channel]) > kTolerance;
    }
    if (differs && ++exceptions > allowed) return false;
  }
  return true;
}

}  // namespace tunesmith::worker
