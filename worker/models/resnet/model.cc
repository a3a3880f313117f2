#include "worker/models/resnet/model.h"

#include <string>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/mean.h"
#include "ATen/ops/relu.h"
#include "absl/strings/substitute.h"
#include "worker/models/block_walk.h"
#include "worker/models/layers.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {
namespace {

// Of its normalisations.
constexpr double kEpsilon = 1e-5;

// `y` comes from a normalisation or is a sum: neither needs its result for its
// gradient, so that ReLU may overwrite it.
at::Tensor Activated(Activation activation, at::Tensor y) {
  return activation == Activation::kRelu ? y.relu_() : Activate(activation, y);
}

}  // namespace

at::Tensor ResNetUnit::operator()(const at::Tensor& x_BCHW, bool training) {
  return norm(convolution(x_BCHW), training);
}

at::Tensor ResNetBlock::operator()(const at::Tensor& x_BCHW, bool training) {
  at::Tensor y = units.front()(x_BCHW, training);
  for (size_t i = 1; i < units.size(); ++i) {
    y = units[i](Activated(Activation::kRelu, y), training);
  }
  y += shortcut.has_value() ? (*shortcut)(x_BCHW, training) : x_BCHW;
  return Activated(activation, y);
}

ResNetUnit ResNetModel::MakeUnit(const Conv2dShape& shape) const {
  return {.convolution = Conv2d(shape, options_),
          .norm = BatchNorm2d(shape.out, kEpsilon, options_)};
}

void ResNetModel::RegisterUnit(torch::nn::Module& root, const ResNetUnit& unit,
                               const std::string& convolution_path,
                               const std::string& norm_path) {
  RegisterAt(root, convolution_path, unit.convolution.ptr());
  RegisterAt(root, norm_path, unit.norm.ptr());
}

std::vector<Conv2dShape> ResNetModel::ShapesOfBlock(int64_t in, int64_t out,
                                                    int64_t stride) const {
  if (!config_.bottleneck) {
    return {
        {.in = in, .out = out, .kernel = 3, .stride = stride},
        {.in = out, .out = out, .kernel = 3},
    };
  }
  const int64_t inner = out / 4;
  const bool first = config_.stride_in_first_convolution;
  return {
      {.in = in, .out = inner, .stride = first ? stride : 1},
      {.in = inner, .out = inner, .kernel = 3, .stride = first ? 1 : stride},
      {.in = inner, .out = out},
  };
}

void ResNetModel::AddBlock(const std::string& path, int64_t in, int64_t out,
                           int64_t stride) {
  ResNetBlock& block = blocks_.emplace_back();
  block.activation = config_.activation;
  block.module = std::make_shared<torch::nn::Module>();
  RegisterAt(*this, path, block.module);
  facts_.layer_paths.push_back(path);
  int number = names_.first;
  for (const Conv2dShape& shape : ShapesOfBlock(in, out, stride)) {
    block.units.push_back(MakeUnit(shape));
    RegisterUnit(*block.module, block.units.back(),
                 absl::Substitute(names_.convolution, number),
                 absl::Substitute(names_.norm, number));
    ++number;
  }
  if (in == out && stride == 1) return;
  block.shortcut = MakeUnit({.in = in, .out = out, .stride = stride});
  RegisterUnit(*block.module, *block.shortcut, names_.shortcut_convolution,
               names_.shortcut_norm);
}

ResNetModel::ResNetModel(const ResNetConfig& config, const ResNetNames& names,
                         const ImageInputFacts& input,
                         const at::TensorOptions& options)
    : config_(config), names_(names), options_(options) {
  int64_t channels = config.stem_width;
  stem_ = MakeUnit({.in = 3, .out = channels, .kernel = 7, .stride = 2});
  RegisterUnit(*this, stem_, names.stem_convolution, names.stem_norm);
  for (size_t i = 0; i < config.stages.size(); ++i) {
    const ResNetConfig::Stage& stage = config.stages[i];
    for (int64_t j = 0; j < stage.depth; ++j) {
      const bool shrinks = j == 0 && (i > 0 || config.stride_in_first_stage);
      AddBlock(absl::Substitute(names.block, i + names.first, j), channels,
               stage.width, shrinks ? 2 : 1);
      channels = stage.width;
    }
  }
  facts_.width = channels;
  facts_.head_dropout = config.head_dropout;
  facts_.dropout = config.head_dropout;
  facts_.initializer_range = 0.01;
  facts_.input = input;
}

at::Tensor ResNetModel::forward(const at::Tensor& images_BCHW,
                                const ForwardContext& context) {
  at::Tensor x_BCHW;
  {
    BlockWalk walk(context);
    const bool training =
        walk.Enter(AnyTrains(*stem_.convolution) || AnyTrains(*stem_.norm));
    x_BCHW =
        MaxPool3x3(Activated(config_.activation, stem_(images_BCHW, training)),
                   Padding::kSymmetric);
    for (ResNetBlock& block : blocks_) {
      x_BCHW = block(x_BCHW, walk.Enter(AnyTrains(*block.module)));
    }
  }
  return x_BCHW.mean(at::IntArrayRef{2, 3});
}

}  // namespace tunesmith::worker
