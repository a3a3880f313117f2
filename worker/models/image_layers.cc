#include "worker/models/image_layers.h"

#include <algorithm>
#include <limits>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/batch_norm.h"
#include "ATen/ops/constant_pad_nd.h"
#include "ATen/ops/conv2d.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/max_pool2d.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"

namespace tunesmith::worker {
namespace {

constexpr double kMomentum = 0.1;

}  // namespace

EdgePadding EdgePaddingFor(int64_t size, int64_t kernel, int64_t stride,
                           Padding padding) {
  switch (padding) {
    case Padding::kSymmetric:
      return {kernel / 2, kernel / 2};
    case Padding::kTensorFlowSame: {
      const int64_t outputs = (size + stride - 1) / stride;
      const int64_t total =
          std::max<int64_t>((outputs - 1) * stride + kernel - size, 0);
      return {total / 2, total - total / 2};
    }
    case Padding::kNone:
      break;
  }
  return {};
}

Conv2dImpl::Conv2dImpl(const Conv2dShape& shape,
                       const at::TensorOptions& options)
    : shape(shape) {
  weight = register_parameter(
      "weight", at::empty({shape.out, shape.in / shape.groups, shape.kernel,
                           shape.kernel},
                          options));
  if (shape.bias) {
    bias = register_parameter("bias", at::empty({shape.out}, options));
  }
}

at::Tensor Conv2dImpl::forward(const at::Tensor& x_BCHW) {
  auto along = [&](int64_t axis) {
    return EdgePaddingFor(x_BCHW.size(axis), shape.kernel, shape.stride,
                          shape.padding);
  };
  const EdgePadding rows = along(2), columns = along(3);
  at::Tensor x = x_BCHW;
  int64_t padding[2] = {rows.before, columns.before};
  if (rows.before != rows.after || columns.before != columns.after) {
    x = at::constant_pad_nd(
        x, {columns.before, columns.after, rows.before, rows.after});
    padding[0] = padding[1] = 0;
  }
  return at::conv2d(x, weight, bias, {shape.stride, shape.stride}, padding,
                    {1, 1}, shape.groups);
}

BatchNorm2dImpl::BatchNorm2dImpl(int64_t channels, double epsilon,
                                 const at::TensorOptions& options)
    : epsilon(epsilon) {
  weight = register_parameter("weight", at::empty({channels}, options));
  bias = register_parameter("bias", at::empty({channels}, options));
  running_mean =
      register_buffer("running_mean", at::zeros({channels}, options));
  running_var = register_buffer("running_var", at::ones({channels}, options));
  num_batches_tracked = register_buffer(
      "num_batches_tracked", at::zeros({}, options.dtype(at::kLong)));
}

at::Tensor BatchNorm2dImpl::forward(const at::Tensor& x_BCHW, bool training) {
  const bool trains = training &&
                      (weight.requires_grad() || bias.requires_grad()) &&
                      x_BCHW.numel() > x_BCHW.size(1);
  if (trains) {
    c10::NoGradGuard no_gradients;
    num_batches_tracked.add_(1);
  }
  return at::batch_norm(x_BCHW, weight, bias, running_mean, running_var, trains,
                        kMomentum, epsilon, /*cudnn_enabled=*/true);
}

at::Tensor MaxPool3x3(const at::Tensor& x_BCHW, Padding padding, bool ceil) {
  constexpr int64_t kKernel = 3, kStride = 2;
  const EdgePadding rows =
      EdgePaddingFor(x_BCHW.size(2), kKernel, kStride, padding);
  const EdgePadding columns =
      EdgePaddingFor(x_BCHW.size(3), kKernel, kStride, padding);
  at::Tensor x = x_BCHW;
  int64_t edges[2] = {rows.before, columns.before};
  if (rows.before != rows.after || columns.before != columns.after) {
    x = at::constant_pad_nd(
        x, {columns.before, columns.after, rows.before, rows.after},
        -std::numeric_limits<double>::infinity());
    edges[0] = edges[1] = 0;
  }
  return at::max_pool2d(x, {kKernel, kKernel}, {kStride, kStride}, edges,
                        {1, 1}, ceil);
}

}  // namespace tunesmith::worker
