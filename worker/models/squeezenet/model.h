#ifndef TUNESMITH_WORKER_MODELS_SQUEEZENET_MODEL_H_
#define TUNESMITH_WORKER_MODELS_SQUEEZENET_MODEL_H_

#include <vector>

#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/squeezenet/config.h"

// Modules are named so that parameters have the names of torchvision's
// SqueezeNet up to its classifier. Axes: B pictures, C channels, H rows, W
// columns.

namespace tunesmith::worker {

// Few channels, then many: half from single points, half with their neighbours.
struct SqueezeNetFireImpl : torch::nn::Module {
  SqueezeNetFireImpl(int64_t in, const SqueezeNetConfig::Fire& fire,
                     const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BCHW);

  Conv2d squeeze{nullptr}, expand1x1{nullptr}, expand3x3{nullptr};
};
TORCH_MODULE(SqueezeNetFire);

// Gives maps, because its head is a convolution with a mean behind it.
class SqueezeNetModel : public ImageEncoder {
 public:
  SqueezeNetModel(const SqueezeNetConfig& config, const ImageInputFacts& input,
                  const at::TensorOptions& options);

  const ImageEncoderFacts& facts() const override { return facts_; }
  at::Tensor forward(const at::Tensor& images_BCHW,
                     const ForwardContext& context) override;

 private:
  struct Block {
    SqueezeNetFire fire{nullptr};
    // Whether a pool is in front of it.
    bool pooled = false;
  };

  ImageEncoderFacts facts_;
  Conv2d stem_{nullptr};
  std::vector<Block> blocks_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_SQUEEZENET_MODEL_H_
