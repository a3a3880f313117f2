#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/mobilenet_v2/config.h"

// Modules are named so that parameters have the names of torchvision's
// mobilenet_v2 up to its classifier. Axes: B pictures, C channels, H rows, W
// columns.

namespace tunesmith::worker {

// A convolution without bias, a normalisation and, unless it is the last of its
// block, ReLU6.
struct MobileNetV2Unit {
  Conv2d convolution{nullptr};
  BatchNorm2d norm{nullptr};
  bool activates = true;

  at::Tensor operator()(const at::Tensor& x_BCHW, bool training);
};

// The stem, an inverted residual, or the last convolution.
struct MobileNetV2Block {
  std::shared_ptr<torch::nn::Module> module;
  std::vector<MobileNetV2Unit> units;
  bool adds_input = false;

  at::Tensor operator()(const at::Tensor& x_BCHW, bool training);
};

class MobileNetV2Model : public ImageEncoder {
 public:
  MobileNetV2Model(const MobileNetV2Config& config,
                   const ImageInputFacts& input,
                   const at::TensorOptions& options);

  const ImageEncoderFacts& facts() const override { return facts_; }
  at::Tensor forward(const at::Tensor& images_BCHW,
                     const ForwardContext& context) override;

 private:
  // Adds a unit to the last block; `path` within it: where the convolution and
  // the normalisation are.
  void AddUnit(const std::string& convolution_path,
               const std::string& norm_path, const Conv2dShape& shape,
               bool activates);
  void AddBlock();
  void AddResidual(const MobileNetV2Config::Stage& stage, int64_t in,
                   int64_t out, int64_t stride);

  const MobileNetV2Config config_;
  const at::TensorOptions options_;
  ImageEncoderFacts facts_;
  std::shared_ptr<torch::nn::Module> features_;
  std::vector<MobileNetV2Block> blocks_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_
