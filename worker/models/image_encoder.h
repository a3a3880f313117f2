#ifndef TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_

#include "ATen/core/Tensor.h"
#include "worker/models/encoder.h"
#include "worker/models/forward_context.h"
#include "worker/models/image_input.h"

namespace tunesmith::worker {

struct ImageEncoderFacts : EncoderFacts {
  ImageInputFacts input;
};

// A pretrained network that turns a picture into features.
class ImageEncoder : public Encoder {
 public:
  const ImageEncoderFacts& facts() const override = 0;

  // [B, facts().width], and [B, facts().width, H, W] when facts().spatial, for
  // pictures [B, 3, S, S] of fp32, normalised. Blocks below the first one that
  // trains run as in evaluation, without gradients.
  virtual at::Tensor forward(const at::Tensor& images_BCHW,
                             const ForwardContext& context) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_ENCODER_H_
