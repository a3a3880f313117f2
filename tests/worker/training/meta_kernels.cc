// Kernels for extents alone, of the operators that networks use and for which
// LibTorch has none in C++. What they say of extents is what CUDA's kernels
// give, and they throw for a tensor of another device.

#include <array>
#include <optional>
#include <tuple>

#include "ATen/ExpandUtils.h"
#include "ATen/core/Tensor.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/empty_like.h"
#include "torch/library.h"

namespace tunesmith::worker {
namespace {

using MaybeTensor = std::optional<at::Tensor>;

void Check(at::TensorList tensors) {
  for (const at::Tensor& tensor : tensors) {
    TORCH_CHECK(!tensor.defined() || tensor.is_meta(),
                "a tensor is on another device: ", tensor.device());
  }
}

// Undefined where there is none.
at::Tensor Or(const MaybeTensor& tensor) {
  return tensor.value_or(at::Tensor());
}

at::Tensor Extents(at::IntArrayRef sizes) {
  return at::empty(sizes, at::TensorOptions(at::kMeta));
}

void FusedAdamW(at::TensorList parameters, at::TensorList gradients,
                at::TensorList first, at::TensorList second, at::TensorList,
                at::TensorList steps, double, double, double, double, double,
                bool, bool, const MaybeTensor&, const MaybeTensor& skip) {
  for (at::TensorList tensors : {parameters, gradients, first, second, steps}) {
    Check(tensors);
  }
  Check(*skip);
}

at::Tensor IndexSelect(const at::Tensor& x, int64_t axis,
                       const at::Tensor& index) {
  Check({x, index});
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes[static_cast<size_t>(axis)] = index.numel();
  return at::empty(sizes, x.options());
}

at::Tensor EmbeddingBackward(const at::Tensor& gradient,
                             const at::Tensor& index, int64_t count, int64_t,
                             bool) {
  Check({gradient, index});
  return at::empty({count, gradient.size(-1)}, gradient.options());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> LayerNormBackward(
    const at::Tensor& gradient, const at::Tensor& x, at::IntArrayRef,
    const at::Tensor& mean, const at::Tensor& deviation,
    const MaybeTensor& weight, const MaybeTensor& bias, std::array<bool, 3>) {
  Check({gradient, x, mean, deviation, Or(weight), Or(bias)});
  return {at::empty_like(x), at::empty_like(*weight), at::empty_like(*bias)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> BatchNorm(
    const at::Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias,
    const MaybeTensor& mean, const MaybeTensor& variance, bool training, double,
    double) {
  Check({x, Or(weight), Or(bias), Or(mean), Or(variance)});
  const int64_t kept = training ? x.size(1) : 0;
  return {at::empty_like(x), Extents({kept}), Extents({kept})};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> BatchNormBackward(
    const at::Tensor& gradient, const at::Tensor& x, const MaybeTensor& weight,
    const MaybeTensor&, const MaybeTensor&, const MaybeTensor&,
    const MaybeTensor&, bool, double, std::array<bool, 3>) {
  Check({gradient, x, *weight});
  return {at::empty_like(x), at::empty_like(*weight), at::empty_like(*weight)};
}

at::Tensor Convolution(const at::Tensor& x, const at::Tensor& weight,
                       const MaybeTensor& bias, at::IntArrayRef stride,
                       at::IntArrayRef padding, at::IntArrayRef dilation, bool,
                       at::IntArrayRef, int64_t) {
  Check({x, weight, Or(bias)});
  std::vector<int64_t> sizes = {x.size(0), weight.size(0)};
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t place = static_cast<int64_t>(axis) + 2;
    const int64_t reach = dilation[axis] * (weight.size(place) - 1) + 1;
    sizes.push_back((x.size(place) + 2 * padding[axis] - reach) / stride[axis] +
                    1);
  }
  return at::empty(sizes, x.options());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> ConvolutionBackward(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight,
    at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, bool, at::IntArrayRef,
    int64_t, std::array<bool, 3>) {
  Check({gradient, x, weight});
  return {at::empty_like(x), at::empty_like(weight), Extents({weight.size(0)})};
}

// Of any operator that goes element by element over tensors of one kind: the
// extents that they broadcast to. Those with a tensor for the result, and those
// that change their first argument, give that one.
void Elementwise(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& schema = op.schema();
  std::vector<c10::IValue> arguments =
      torch::jit::pop(*stack, schema.arguments().size());
  std::vector<int64_t> sizes;
  at::Tensor result, last;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].isTensor() || !arguments[i].toTensor().defined())
      continue;
    last = arguments[i].toTensor();
    Check(last);
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias != nullptr && alias->isWrite()) {
      result = last;
    } else {
      sizes = at::infer_size(sizes, last.sizes());
    }
  }
  if (!result.defined()) {
    result = at::empty(sizes, last.options());
  } else if (schema.overload_name().find("out") != std::string::npos) {
    result.resize_(sizes);
  }
  torch::jit::push(*stack, result);
}

}  // namespace

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  library.impl("_fused_adamw_", FusedAdamW);
  library.impl("index_select", IndexSelect);
  library.impl("embedding_dense_backward", EmbeddingBackward);
  library.impl("native_layer_norm_backward", LayerNormBackward);
  library.impl("native_batch_norm", BatchNorm);
  library.impl("native_batch_norm_backward", BatchNormBackward);
  library.impl("convolution_overrideable", Convolution);
  library.impl("convolution_backward_overrideable", ConvolutionBackward);
  for (const char* name :
       {"relu", "relu_", "hardtanh", "hardtanh_", "hardtanh_backward", "abs",
        "abs.out", "where.self", "where.self_out", "logical_not", "logical_and",
        "logical_and.out", "logical_not.out"}) {
    library.impl(name,
                 torch::CppFunction::makeFromBoxedFunction<&Elementwise>());
  }
}

}  // namespace tunesmith::worker
