#ifndef TUNESMITH_WORKER_MODELS_RESNET_MODEL_H_
#define TUNESMITH_WORKER_MODELS_RESNET_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/models/image_encoder.h"
#include "worker/models/image_layers.h"
#include "worker/models/resnet/config.h"
#include "worker/models/resnet/names.h"

// Axes: B pictures, C channels, H rows, W columns.

namespace tunesmith::worker {

// A convolution without bias and a normalisation.
struct ResNetUnit {
  Conv2d convolution{nullptr};
  BatchNorm2d norm{nullptr};

  at::Tensor operator()(const at::Tensor& x_BCHW, bool training);
};

// Activation of (input + units of the input), where the input goes through a
// unit of its own when its shape is another.
struct ResNetBlock {
  std::shared_ptr<torch::nn::Module> module;
  std::vector<ResNetUnit> units;
  std::optional<ResNetUnit> shortcut;
  Activation activation = Activation::kRelu;

  at::Tensor operator()(const at::Tensor& x_BCHW, bool training);
};

class ResNetModel : public ImageEncoder {
 public:
  ResNetModel(const ResNetConfig& config, const ResNetNames& names,
              const ImageInputFacts& input, const at::TensorOptions& options);

  const ImageEncoderFacts& facts() const override { return facts_; }
  at::Tensor forward(const at::Tensor& images_BCHW,
                     const ForwardContext& context) override;

 private:
  ResNetUnit MakeUnit(const Conv2dShape& shape) const;
  // Registers it in `root` under the two paths.
  static void RegisterUnit(torch::nn::Module& root, const ResNetUnit& unit,
                           const std::string& convolution_path,
                           const std::string& norm_path);
  // `in` and `out`: how many channels it takes and gives.
  void AddBlock(const std::string& path, int64_t in, int64_t out,
                int64_t stride);
  std::vector<Conv2dShape> ShapesOfBlock(int64_t in, int64_t out,
                                         int64_t stride) const;

  const ResNetConfig config_;
  const ResNetNames names_;
  const at::TensorOptions options_;
  ImageEncoderFacts facts_;
  ResNetUnit stem_;
  std::vector<ResNetBlock> blocks_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_RESNET_MODEL_H_
