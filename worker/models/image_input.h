#ifndef TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_

#include <array>

namespace tunesmith::worker {

// How a network wants its pictures; as `ImageInput` of the API.
struct ImageInputFacts {
  int size = 224;
  int resize_size = 256;
  // Whether both sides are scaled to `resize_size`, not the shorter one alone.
  bool squash = false;
  // Where an odd number of pixels is cut off: whether the smaller half goes
  // first, as in transformers, or the even one, as in torchvision.
  bool crop_rounds_down = false;
  bool bicubic = false;
  // Red, green, blue; of values from 0 to 1.
  std::array<double, 3> mean = {0.485, 0.456, 0.406};
  std::array<double, 3> deviation = {0.229, 0.224, 0.225};
};

// Whether pictures become the same values, which are of fp32.
bool AreSame(const ImageInputFacts& a, const ImageInputFacts& b);

// For pictures of another size; what is around grows or shrinks alike.
ImageInputFacts Resized(ImageInputFacts input, int size);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_INPUT_H_
