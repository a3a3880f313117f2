#ifndef TUNESMITH_WORKER_MODELS_IMAGE_LAYERS_H_
#define TUNESMITH_WORKER_MODELS_IMAGE_LAYERS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "torch/nn/pimpl.h"

// The layers of networks of pictures; see layers.h. Axes: B pictures, C
// channels, H rows, W columns.

namespace tunesmith::worker {

// What surrounds a picture where a kernel reaches over its edges.
enum class Padding {
  // Kernel size / 2 zeros on both sides, as PyTorch's networks.
  kSymmetric,
  // As many zeros as give ceil(size / stride) outputs, the odd one behind, as
  // TensorFlow's SAME.
  kTensorFlowSame,
  kNone,
};

struct Conv2dShape {
  int64_t in = 0;
  int64_t out = 0;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t groups = 1;
  Padding padding = Padding::kSymmetric;
  bool bias = false;
};

// `weight` [out, in / groups, kernel, kernel], `bias` [out].
struct Conv2dImpl : torch::nn::Module {
  Conv2dImpl(const Conv2dShape& shape, const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x_BCHW);

  const Conv2dShape shape;
  at::Tensor weight, bias;
};
TORCH_MODULE(Conv2d);

// Normalises each channel. While its weight or bias trains in a training pass:
// by the batch's own mean and variance, which also move the running ones, as
// torch.nn.BatchNorm2d with momentum 0.1. Otherwise by the running ones, which
// stay as they are to the bit; so too when each channel has but one value,
// which has no variance.
struct BatchNorm2dImpl : torch::nn::Module {
  BatchNorm2dImpl(int64_t channels, double epsilon,
                  const at::TensorOptions& options);
  // `training`: whether the pass is one in and above the first block that
  // trains.
  at::Tensor forward(const at::Tensor& x_BCHW, bool training);

  const double epsilon;
  at::Tensor weight, bias;
  // Buffers; the last one is a scalar of int64.
  at::Tensor running_mean, running_var, num_batches_tracked;
};
TORCH_MODULE(BatchNorm2d);

// Zeros in front and behind along one axis.
struct EdgePadding {
  int64_t before = 0;
  int64_t after = 0;
};
EdgePadding EdgePaddingFor(int64_t size, int64_t kernel, int64_t stride,
                           Padding padding);

// The largest value under a window of 3 x 3 that moves by 2. kSymmetric and
// kTensorFlowSame surround the picture with nothing. `ceil`: whether a window
// that reaches over the edge behind counts.
at::Tensor MaxPool3x3(const at::Tensor& x_BCHW, Padding padding,
                      bool ceil = false);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_IMAGE_LAYERS_H_
