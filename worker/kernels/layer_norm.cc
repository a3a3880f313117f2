#include "worker/kernels/layer_norm.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/native_layer_norm.h"
#include "ATen/ops/native_layer_norm_backward.h"
#include "ATen/ops/sum.h"
#include "ATen/ops/zeros.h"
#include "torch/csrc/autograd/custom_function.h"
#include "worker/kernels/elementwise_cpu.h"

namespace tunesmith::worker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows that are summed before their sums are.
constexpr int64_t kBlockRows = 64;

// What the backward pass keeps.
struct Normalized {
  at::Tensor x;
  at::Tensor mean;
  at::Tensor inverse_deviation;
};

// The gradients of weight and bias, [2, W]: sums over blocks of rows, added in
// the order of the blocks, whichever thread summed them.
at::Tensor SumsOverRows(const Normalized& kept, const at::Tensor& gradient) {
  const int64_t width = kept.x.size(-1);
  const int64_t rows = kept.mean.numel();
  const int64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  at::Tensor sums = at::zeros({blocks, 2, width}, kept.x.options());
  const float* x = kept.x.const_data_ptr<float>();
  const float* dy = gradient.const_data_ptr<float>();
  const float* mean = kept.mean.const_data_ptr<float>();
  const float* deviation = kept.inverse_deviation.const_data_ptr<float>();
  float* sum = sums.mutable_data_ptr<float>();
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * kBlockRows;
         row < std::min(rows, end * kBlockRows); ++row) {
      float* block = sum + row / kBlockRows * 2 * width;
      LayerNormRowSumsCpu(x + row * width, dy + row * width, mean[row],
                          deviation[row], block, block + width, width);
    }
  });
  return sums.sum(0);
}

struct LayerNormFunction : torch::autograd::Function<LayerNormFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias,
                            double epsilon) {
    at::Tensor input = x.contiguous();
    auto [y, mean, deviation] =
        at::native_layer_norm(input, weight.sizes(), weight, bias, epsilon);
    context->save_for_backward({input, mean, deviation, weight, bias});
    return y;
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor& weight = saved[3];
    Normalized kept{saved[0], saved[1], saved[2]};
    at::Tensor gradient = gradients[0].contiguous();
    at::Tensor dx;
    if (context->needs_input_grad(0)) {
      dx = std::get<0>(at::native_layer_norm_backward(
          gradient, kept.x, weight.sizes(), kept.mean, kept.inverse_deviation,
          weight, saved[4], std::array<bool, 3>{true, false, false}));
    }
    at::Tensor sums = SumsOverRows(kept, gradient);
    return {dx, sums.select(0, 0), sums.select(0, 1), at::Tensor()};
  }
};

}  // namespace

at::Tensor LayerNormalize(const at::Tensor& x, const at::Tensor& weight_W,
                          const at::Tensor& bias_W, double epsilon) {
  bool sums = at::GradMode::is_enabled() &&
              (weight_W.requires_grad() || bias_W.requires_grad());
  if (!sums || !x.is_cpu() || x.scalar_type() != at::kFloat) {
    return at::layer_norm(x, weight_W.sizes(), weight_W, bias_W, epsilon);
  }
  return LayerNormFunction::apply(x, weight_W, bias_W, epsilon);
}

}  // namespace tunesmith::worker
