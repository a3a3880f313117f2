#include "worker/models/squeezenet/model.h"

#include <string>

#include "ATen/ops/cat.h"
#include "ATen/ops/relu.h"
#include "absl/strings/str_cat.h"
#include "worker/models/block_walk.h"
#include "worker/models/layers.h"
#include "worker/models/module_path.h"

namespace tunesmith::worker {
namespace {

// A convolution does not need its result for its gradient, so that ReLU may
// overwrite it.
at::Tensor Activated(Conv2d& convolution, const at::Tensor& x_BCHW) {
  return convolution(x_BCHW).relu_();
}

}  // namespace

SqueezeNetFireImpl::SqueezeNetFireImpl(int64_t in,
                                       const SqueezeNetConfig::Fire& fire,
                                       const at::TensorOptions& options) {
  auto add = [&](const char* name, const Conv2dShape& shape) {
    return register_module(name, Conv2d(shape, options));
  };
  squeeze = add("squeeze", {.in = in, .out = fire.squeeze, .bias = true});
  expand1x1 =
      add("expand1x1", {.in = fire.squeeze, .out = fire.expand, .bias = true});
  expand3x3 =
      add("expand3x3",
          {.in = fire.squeeze, .out = fire.expand, .kernel = 3, .bias = true});
}

at::Tensor SqueezeNetFireImpl::forward(const at::Tensor& x_BCHW) {
  const at::Tensor y = Activated(squeeze, x_BCHW);
  return at::cat({Activated(expand1x1, y), Activated(expand3x3, y)}, 1);
}

SqueezeNetModel::SqueezeNetModel(const SqueezeNetConfig& config,
                                 const ImageInputFacts& input,
                                 const at::TensorOptions& options) {
  const Conv2dShape stem{.in = 3,
                         .out = config.stem_width,
                         .kernel = config.stem_kernel,
                         .stride = 2,
                         .padding = Padding::kNone,
                         .bias = true};
  stem_ = Conv2d(stem, options);
  RegisterAt(*this, "features.0", stem_.ptr());
  // The reference counts activations and pools too: 1 is the stem's.
  int index = 2;
  int64_t channels = config.stem_width;
  for (const std::vector<SqueezeNetConfig::Fire>& group : config.groups) {
    ++index;
    bool pooled = true;
    for (const SqueezeNetConfig::Fire& fire : group) {
      const std::string path = absl::StrCat("features.", index++);
      Block& block = blocks_.emplace_back();
      block.fire = SqueezeNetFire(channels, fire, options);
      block.pooled = pooled;
      RegisterAt(*this, path, block.fire.ptr());
      facts_.layer_paths.push_back(path);
      channels = 2 * fire.expand;
      pooled = false;
    }
  }
  facts_.width = channels;
  facts_.spatial = true;
  facts_.head_dropout = config.head_dropout;
  facts_.dropout = config.head_dropout;
  facts_.initializer_range = 0.01;
  facts_.input = input;
}

at::Tensor SqueezeNetModel::forward(const at::Tensor& images_BCHW,
                                    const ForwardContext& context) {
  BlockWalk walk(context);
  walk.Enter(AnyTrains(*stem_));
  at::Tensor x_BCHW = Activated(stem_, images_BCHW);
  for (Block& block : blocks_) {
    walk.Enter(AnyTrains(*block.fire));
    if (block.pooled) x_BCHW = MaxPool3x3(x_BCHW, Padding::kNone, true);
    x_BCHW = block.fire(x_BCHW);
  }
  return x_BCHW;
}

}  // namespace tunesmith::worker
