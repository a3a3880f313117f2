#ifndef TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_

#include <array>

namespace tunesmith::worker {

// How a network wants its pictures; as `ImageInput` of the API.
struct ImageInputFacts {
  int size = 224;
  int resize_size = 256;
  bool bicubic = false;
  // Whether the network's first channel is blue.
  bool bgr = false;
  // Red, green, blue; of values from 0 to 1.
  std::array<double, 3> mean = {0.485, 0.456, 0.406};
  std::array<double, 3> deviation = {0.229, 0.224, 0.225};
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_
