#include "worker/models/mobilenet_v2/model.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/hardtanh.h"
#include "ATen/ops/mean.h"
#include "worker/models/block_walk.h"
#include "worker/models/layers.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {

at::Tensor MobileNetV2Unit::operator()(const at::Tensor& x_BCHW,
                                       bool training) {
  at::Tensor y = norm(convolution(x_BCHW), training);
  return activates ? at::hardtanh(y, 0, 6) : y;
}

at::Tensor MobileNetV2Block::operator()(const at::Tensor& x_BCHW,
                                        bool training) {
  at::Tensor y = x_BCHW;
  for (MobileNetV2Unit& unit : units) y = unit(y, training);
  return adds_input ? x_BCHW + y : y;
}

void MobileNetV2Model::AddBlock() {
  const std::string& path = paths_[unit_].block;
  // Two blocks may share a module.
  if (unit_ > 0 && paths_[unit_ - 1].block == path) {
    blocks_.push_back({.module = blocks_.back().module, .units = {}});
    return;
  }
  blocks_.push_back(
      {.module = std::make_shared<torch::nn::Module>(), .units = {}});
  RegisterAt(*this, path, blocks_.back().module);
}

void MobileNetV2Model::AddUnit(const Conv2dShape& shape, bool activates) {
  MobileNetV2Unit unit{
      .convolution = Conv2d(shape, options_),
      .norm = BatchNorm2d(shape.out, config_.epsilon, options_),
      .activates = activates};
  MobileNetV2Block& block = blocks_.back();
  const MobileNetV2UnitPaths& paths = paths_[unit_++];
  RegisterAt(*block.module, paths.convolution, unit.convolution.ptr());
  RegisterAt(*block.module, paths.norm, unit.norm.ptr());
  block.units.push_back(std::move(unit));
}

void MobileNetV2Model::AddResidual(const MobileNetV2Config::Stage& stage,
                                   int64_t in, int64_t out, int64_t stride) {
  AddBlock();
  const int64_t inner = in * stage.expansion;
  if (stage.expansion != 1) AddUnit({.in = in, .out = inner}, true);
  AddUnit({.in = inner,
           .out = inner,
           .kernel = 3,
           .stride = stride,
           .groups = inner,
           .padding = config_.padding},
          true);
  AddUnit({.in = inner, .out = out}, false);
  blocks_.back().adds_input = stride == 1 && in == out;
}

MobileNetV2Model::MobileNetV2Model(const MobileNetV2Config& config,
                                   MobileNetV2Names names,
                                   const ImageInputFacts& input,
                                   const at::TensorOptions& options)
    : config_(config), options_(options), paths_(names(config)) {
  int64_t channels = config.Channels(32);
  AddBlock();
  AddUnit({.in = 3,
           .out = channels,
           .kernel = 3,
           .stride = 2,
           .padding = config.padding},
          true);
  for (const MobileNetV2Config::Stage& stage : config.stages) {
    const int64_t out = config.Channels(stage.channels);
    for (int64_t i = 0; i < stage.count; ++i) {
      const std::string& path = paths_[unit_].block;
      // What shares the stem's module is no layer of its own.
      if (path != paths_.front().block) facts_.layer_paths.push_back(path);
      AddResidual(stage, channels, out, i == 0 ? stage.stride : 1);
      channels = out;
    }
  }
  AddBlock();
  AddUnit({.in = channels, .out = config.LastChannels()}, true);
  facts_.width = config.LastChannels();
  facts_.head_dropout = config.dropout;
  facts_.dropout = config.dropout;
  facts_.initializer_range = 0.01;
  facts_.input = input;
}

at::Tensor MobileNetV2Model::forward(const at::Tensor& images_BCHW,
                                     const ForwardContext& context) {
  at::Tensor x_BCHW = images_BCHW;
  {
    BlockWalk walk(context);
    for (MobileNetV2Block& block : blocks_) {
      x_BCHW = block(x_BCHW, walk.Enter(AnyTrains(*block.module)));
    }
  }
  return x_BCHW.mean(at::IntArrayRef{2, 3});
}

}  // namespace tunesmith::worker
