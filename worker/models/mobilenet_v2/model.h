#ifndef TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_
#define TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/mobilenet_v2/config.h"
#include "worker/models/mobilenet_v2/names.h"

// Axes: B pictures, C channels, H rows, W columns.

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
  MobileNetV2Model(const MobileNetV2Config& config, MobileNetV2Names names,
                   const ImageInputFacts& input,
                   const at::TensorOptions& options);

  const ImageEncoderFacts& facts() const override { return facts_; }
  at::Tensor forward(const at::Tensor& images_BCHW,
                     const ForwardContext& context) override;

 private:
  // Adds the next unit to the last block.
  void AddUnit(const Conv2dShape& shape, bool activates);
  // Begins a block, in the module of the next unit.
  void AddBlock();
  void AddResidual(const MobileNetV2Config::Stage& stage, int64_t in,
                   int64_t out, int64_t stride);

  const MobileNetV2Config config_;
  const at::TensorOptions options_;
  // Of all units; `unit_` of them are there.
  const std::vector<MobileNetV2UnitPaths> paths_;
  size_t unit_ = 0;
  ImageEncoderFacts facts_;
  std::vector<MobileNetV2Block> blocks_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_MOBILENET_V2_MODEL_H_
