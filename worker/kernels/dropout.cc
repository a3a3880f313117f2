#include "worker/kernels/dropout.h"

#include <algorithm>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty_like.h"
#include "torch/csrc/autograd/custom_function.h"
#include "worker/kernels/elementwise_cpu.h"

namespace tunesmith::worker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16384;
constexpr int64_t kBlock = int64_t{1} << 32;

DropoutLoop LoopOf(double probability, DropoutKey key, int64_t element) {
  return {.key = DropoutBlockKey(key, static_cast<uint32_t>(element / kBlock)),
          .threshold = DropoutThreshold(probability),
          .scale = static_cast<float>(1.0 / (1.0 - probability))};
}

// Calls run(offset, count, first element in its block, loop) for pieces of
// `count` elements that start at element `first`, none of which crosses a
// block.
template <typename Run>
void ForEachPiece(int64_t count, int64_t first, double probability,
                  DropoutKey key, const Run& run) {
  at::parallel_for(0, count, kGrain, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      int64_t element = first + begin;
      int64_t size = std::min(end - begin, kBlock - element % kBlock);
      run(begin, size, static_cast<uint32_t>(element % kBlock),
          LoopOf(probability, key, element));
      begin += size;
    }
  });
}

bool HasLoop(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat;
}

at::Tensor ApplyDropout(const at::Tensor& x, double probability,
                        DropoutKey key) {
  if (!HasLoop(x)) {
    at::Tensor mask =
        DropoutMaskReference(x.numel(), probability, key, x.device());
    return x * mask.view(x.sizes()) * (1.0 / (1.0 - probability));
  }
  at::Tensor input = x.contiguous();
  at::Tensor output = at::empty_like(input);
  DropoutParallel(input.const_data_ptr<float>(),
                  output.mutable_data_ptr<float>(), input.numel(), 0,
                  probability, key);
  return output;
}

at::Tensor ApplyDropoutAdd(const at::Tensor& x, const at::Tensor& residual,
                           double probability, DropoutKey key) {
  if (!HasLoop(x) || !HasLoop(residual)) {
    return residual + ApplyDropout(x, probability, key);
  }
  at::Tensor input = x.contiguous();
  at::Tensor other = residual.contiguous();
  at::Tensor output = at::empty_like(input);
  const float* from = input.const_data_ptr<float>();
  const float* added = other.const_data_ptr<float>();
  float* to = output.mutable_data_ptr<float>();
  ForEachPiece(input.numel(), 0, probability, key,
               [&](int64_t offset, int64_t count, uint32_t first,
                   const DropoutLoop& loop) {
                 DropoutAddCpu(from + offset, added + offset, to + offset,
                               count, first, loop);
               });
  return output;
}

void Save(AutogradContext* context, double probability, DropoutKey key) {
  context->saved_data["probability"] = probability;
  context->saved_data["a"] = static_cast<int64_t>(key.a);
  context->saved_data["b"] = static_cast<int64_t>(key.b);
}

at::Tensor DropGradient(AutogradContext* context, const at::Tensor& gradient) {
  DropoutKey key{static_cast<uint32_t>(context->saved_data["a"].toInt()),
                 static_cast<uint32_t>(context->saved_data["b"].toInt())};
  return ApplyDropout(gradient, context->saved_data["probability"].toDouble(),
                      key);
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            double probability, DropoutKey key) {
    Save(context, probability, key);
    return ApplyDropout(x, probability, key);
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    return {DropGradient(context, gradients[0]), at::Tensor(), at::Tensor()};
  }
};

struct DropoutAddFunction : torch::autograd::Function<DropoutAddFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& residual, double probability,
                            DropoutKey key) {
    Save(context, probability, key);
    return ApplyDropoutAdd(x, residual, probability, key);
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    return {DropGradient(context, gradients[0]), gradients[0], at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

void DropoutParallel(const float* x, float* y, int64_t count, int64_t first,
                     double probability, DropoutKey key) {
  ForEachPiece(count, first, probability, key,
               [&](int64_t offset, int64_t size, uint32_t element,
                   const DropoutLoop& loop) {
                 DropoutCpu(x + offset, y + offset, size, element, loop);
               });
}

at::Tensor Dropout(const at::Tensor& x, double probability, DropoutKey key) {
  if (probability <= 0) return x;
  return DropoutFunction::apply(x, probability, key);
}

at::Tensor DropoutAdd(const at::Tensor& x, const at::Tensor& residual,
                      double probability, DropoutKey key) {
  at::Tensor input = x.to(at::kFloat);
  if (probability <= 0) return residual + input;
  return DropoutAddFunction::apply(input, residual, probability, key);
}

at::Tensor DropoutMaskReference(int64_t count, double probability,
                                DropoutKey key, at::Device device) {
  constexpr int64_t kLow = 0xffffffff;
  auto times = [&](const at::Tensor& x, uint32_t factor) {
    // Wraps at 2^64, which leaves the low 32 bits right.
    return (x * static_cast<int64_t>(factor)).bitwise_and(kLow);
  };
  auto fold = [](const at::Tensor& x, int64_t bits) {
    return x.bitwise_xor(x.div(int64_t{1} << bits, "floor"));
  };
  at::Tensor element =
      at::arange(count, at::TensorOptions().dtype(at::kLong).device(device));
  at::Tensor block = element.div(kBlock, "floor");
  at::Tensor b = (times(block, 0x9e3779b9u) + static_cast<int64_t>(key.b))
                     .bitwise_and(kLow);
  at::Tensor x = (times(element.bitwise_and(kLow), 0x9e3779b9u) +
                  static_cast<int64_t>(key.a))
                     .bitwise_and(kLow);
  x = times(fold(x, 16), 0x7feb352du);
  x = (fold(x, 15) + b).bitwise_and(kLow);
  x = fold(times(x, 0x846ca68bu), 16);
  return x.ge(static_cast<int64_t>(DropoutThreshold(probability)));
}

}  // namespace tunesmith::worker
