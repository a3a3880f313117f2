#ifndef TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_

#include <array>

#include "ATen/core/Tensor.h"
#include "worker/models/encoder.h"
#include "worker/models/forward_context.h"

namespace tunesmith::worker {

// How a network wants its pictures; as `ImageInput` of the API.
struct ImageInputFacts {
  int size = 224;
  int resize_size = 256;
  bool bicubic = false;
  // Red, green, blue; of values from 0 to 1.
  std::array<double, 3> mean = {0.485, 0.456, 0.406};
  std::array<double, 3> deviation = {0.229, 0.224, 0.225};
};

struct ImageEncoderFacts : EncoderFacts {
  ImageInputFacts input;
};

// A pretrained network that turns a picture into one vector.
class ImageEncoder : public Encoder {
 public:
  const ImageEncoderFacts& facts() const override = 0;

  // [B, facts().width] for pictures [B, 3, S, S] of fp32, normalised. Blocks
  // below the first one that trains run as in evaluation, without gradients.
  virtual at::Tensor forward(const at::Tensor& images_BCHW,
                             const ForwardContext& context) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_
