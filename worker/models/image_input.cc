#include "worker/models/image_input.h"

#include <cmath>

namespace tunesmith::worker {

bool AreSame(const ImageInputFacts& a, const ImageInputFacts& b) {
  for (size_t i = 0; i < a.mean.size(); ++i) {
    if (static_cast<float>(a.mean[i]) != static_cast<float>(b.mean[i]) ||
        static_cast<float>(a.deviation[i]) !=
            static_cast<float>(b.deviation[i])) {
      return false;
    }
  }
  return a.size == b.size && a.resize_size == b.resize_size &&
         a.squash == b.squash && a.crop_rounds_down == b.crop_rounds_down &&
         a.bicubic == b.bicubic;
}

ImageInputFacts Resized(ImageInputFacts input, int size) {
  input.resize_size = static_cast<int>(
      std::lround(static_cast<double>(input.resize_size) * size / input.size));
  input.size = size;
  return input;
}

}  // namespace tunesmith::worker
