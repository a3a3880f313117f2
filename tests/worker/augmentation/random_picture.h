#ifndef TUNESMITH_TESTS_WORKER_AUGMENTATION_RANDOM_PICTURE_H_
#define TUNESMITH_TESTS_WORKER_AUGMENTATION_RANDOM_PICTURE_H_

#include <random>

#include "worker/images/image.h"

namespace tunesmith::worker {

inline Image RandomPicture(int width, int height, std::mt19937& random) {
  Image image{.width = width, .height = height};
  image.rgb.resize(static_cast<size_t>(width) * height * 3);
  for (uint8_t& value : image.rgb) value = static_cast<uint8_t>(random());
  return image;
}

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_AUGMENTATION_RANDOM_PICTURE_H_
