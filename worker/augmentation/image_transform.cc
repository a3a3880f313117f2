#include "worker/augmentation/image_transform.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tunesmith::worker {

void Normalize(const Image& picture, const ImageTransform& transform,
               std::span<float> values) {
  const size_t pixels = values.size() / 3;
  for (size_t channel = 0; channel < 3; ++channel) {
    std::array<float, 256> table;
    for (size_t i = 0; i < table.size(); ++i) {
      table[i] = (static_cast<float>(i) / 255 - transform.mean[channel]) /
                 transform.deviation[channel];
    }
    float* to = values.data() + channel * pixels;
    const uint8_t* from = picture.rgb.data() + channel;
    for (size_t i = 0; i < pixels; ++i) to[i] = table[from[i * 3]];
  }
}

void Erase(const ImageArea& area, const ImageTransform& transform,
           std::span<float> values) {
  const size_t size = static_cast<size_t>(transform.size);
  for (size_t channel = 0; channel < 3; ++channel) {
    for (int y = area.top; y < area.top + area.height; ++y) {
      const size_t row = (channel * size + static_cast<size_t>(y)) * size;
      std::fill_n(values.data() + row + area.left, area.width, 0.0f);
    }
  }
}

void Erase(const ImageArea& area, const ImageTransform& transform,
           Image& picture) {
  for (int y = area.top; y < area.top + area.height; ++y) {
    uint8_t* pixel = picture.rgb.data() +
                     (static_cast<size_t>(y) * picture.width + area.left) * 3;
    for (int x = 0; x < area.width; ++x) {
      for (float mean : transform.mean) {
        *pixel++ = static_cast<uint8_t>(
            std::clamp(std::round(mean * 255), 0.0f, 255.0f));
      }
    }
  }
}

}  // namespace tunesmith::worker
