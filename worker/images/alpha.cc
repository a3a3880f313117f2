#include "worker/images/alpha.h"

#include <algorithm>
#include <cstddef>

namespace tunesmith::worker {

int DropAlpha(std::vector<uint8_t>& pixels) {
  int least = 255;
  int most = 0;
  uint8_t* to = pixels.data();
  for (size_t i = 0; i < pixels.size(); i += 4) {
    for (size_t channel = 0; channel < 3; ++channel) {
      *to++ = pixels[i + channel];
    }
    least = std::min<int>(least, pixels[i + 3]);
    most = std::max<int>(most, pixels[i + 3]);
  }
  pixels.resize(pixels.size() / 4 * 3);
  return std::max(0, most - least);
}

}  // namespace tunesmith::worker
