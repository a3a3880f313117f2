#include "worker/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/scaled_dot_product_attention.h"
#include "ATen/ops/softmax.h"
#include "torch/csrc/autograd/custom_function.h"
#include "worker/kernels/dropout.h"
#include "worker/kernels/elementwise_cpu.h"

namespace tunesmith::worker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Which keys are there: [B, 1, 1, L] of bool.
at::Tensor KeyMask(const at::Tensor& lengths_B, int64_t length) {
  at::Tensor position = at::arange(
      length, at::TensorOptions().dtype(at::kLong).device(lengths_B.device()));
  return position.view({1, 1, 1, length})
      .lt(lengths_B.view({lengths_B.size(0), 1, 1, 1}));
}

// Calls run(row, length of its sequence) for every row of [B, H, L, L].
template <typename Run>
void ForEachRow(const at::Tensor& shape_of, const at::Tensor& lengths_B,
                const Run& run) {
  const int64_t width = shape_of.size(3);
  const int64_t rows_of_sequence = shape_of.size(1) * shape_of.size(2);
  const int64_t* lengths = lengths_B.const_data_ptr<int64_t>();
  const int64_t grain =
      std::max<int64_t>(1, 8192 / std::max<int64_t>(1, width));
  at::parallel_for(0, shape_of.size(0) * rows_of_sequence, grain,
                   [&](int64_t begin, int64_t end) {
                     for (int64_t row = begin; row < end; ++row) {
                       run(row, lengths[row / rows_of_sequence]);
                     }
                   });
}

DropoutLoop LoopOf(double probability, DropoutKey key, uint32_t block) {
  return {.key = DropoutBlockKey(key, block),
          .threshold = DropoutThreshold(probability),
          .scale = static_cast<float>(1.0 / (1.0 - probability))};
}

// Dropout of one row; a row that crosses a block of the mask is cut in two.
void DropRow(const float* x, float* y, int64_t first, int64_t count,
             double probability, DropoutKey key) {
  constexpr int64_t kBlock = int64_t{1} << 32;
  for (int64_t done = 0; done < count;) {
    int64_t element = first + done;
    int64_t size = std::min(count - done, kBlock - element % kBlock);
    DropoutCpu(
        x + done, y + done, size, static_cast<uint32_t>(element % kBlock),
        LoopOf(probability, key, static_cast<uint32_t>(element / kBlock)));
    done += size;
  }
}

struct SoftmaxDropoutFunction
    : torch::autograd::Function<SoftmaxDropoutFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& scores,
                            const at::Tensor& lengths, double scale,
                            double probability, DropoutKey key) {
    const int64_t width = scores.size(3);
    at::Tensor input = scores.contiguous();
    at::Tensor kept = at::empty_like(input);
    at::Tensor dropped = probability > 0 ? at::empty_like(input) : kept;
    const float* x = input.const_data_ptr<float>();
    float* p = kept.mutable_data_ptr<float>();
    float* y = dropped.mutable_data_ptr<float>();
    ForEachRow(input, lengths, [&](int64_t row, int64_t length) {
      int64_t at = row * width;
      SoftmaxRowCpu(x + at, p + at, length, static_cast<float>(scale));
      std::fill(p + at + length, p + at + width, 0.0f);
      if (y == p) return;
      DropRow(p + at, y + at, at, length, probability, key);
      std::fill(y + at + length, y + at + width, 0.0f);
    });
    context->save_for_backward({kept, lengths});
    context->saved_data["scale"] = scale;
    context->saved_data["probability"] = probability;
    context->saved_data["a"] = static_cast<int64_t>(key.a);
    context->saved_data["b"] = static_cast<int64_t>(key.b);
    return dropped;
  }

  static variable_list backward(AutogradContext* context,
                                variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor& kept = saved[0];
    double scale = context->saved_data["scale"].toDouble();
    double probability = context->saved_data["probability"].toDouble();
    DropoutKey key{static_cast<uint32_t>(context->saved_data["a"].toInt()),
                   static_cast<uint32_t>(context->saved_data["b"].toInt())};
    const int64_t width = kept.size(3);
    at::Tensor gradient = gradients[0].contiguous();
    at::Tensor result = at::empty_like(kept);
    const float* p = kept.const_data_ptr<float>();
    const float* dy = gradient.const_data_ptr<float>();
    float* dx = result.mutable_data_ptr<float>();
    ForEachRow(kept, saved[1], [&](int64_t row, int64_t length) {
      int64_t at = row * width;
      const float* dp = dy + at;
      if (probability > 0) {
        DropRow(dp, dx + at, at, length, probability, key);
        dp = dx + at;
      }
      SoftmaxRowBackwardCpu(p + at, dp, dx + at, length,
                            static_cast<float>(scale));
      std::fill(dx + at + length, dx + at + width, 0.0f);
    });
    return {result, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor MaskedSoftmaxDropout(const at::Tensor& scores_BHLL,
                                const at::Tensor& lengths_B, double scale,
                                double probability, DropoutKey key) {
  if (!scores_BHLL.is_cpu()) {
    return MaskedSoftmaxDropoutReference(scores_BHLL, lengths_B, scale,
                                         probability, key);
  }
  return SoftmaxDropoutFunction::apply(scores_BHLL.to(at::kFloat), lengths_B,
                                       scale, probability, key);
}

at::Tensor MaskedSoftmaxDropoutReference(const at::Tensor& scores_BHLL,
                                         const at::Tensor& lengths_B,
                                         double scale, double probability,
                                         DropoutKey key) {
  at::Tensor masked =
      (scores_BHLL.to(at::kFloat) * scale)
          .masked_fill(KeyMask(lengths_B, scores_BHLL.size(3)).logical_not(),
                       -std::numeric_limits<float>::infinity());
  return Dropout(at::softmax(masked, -1), probability, key);
}

at::Tensor Attention(const at::Tensor& query_BHLD, const at::Tensor& key_BHLD,
                     const at::Tensor& value_BHLD, const at::Tensor& lengths_B,
                     bool padded, double probability, DropoutKey key) {
  const int64_t sequences = query_BHLD.size(0);
  const int64_t length = query_BHLD.size(2);
  const int64_t width = query_BHLD.size(1) * query_BHLD.size(3);
  at::Tensor context_BHLD;
  if (probability > 0) {
    double scale = 1.0 / std::sqrt(static_cast<double>(query_BHLD.size(3)));
    at::Tensor scores = at::matmul(query_BHLD, key_BHLD.transpose(2, 3));
    at::Tensor weights =
        MaskedSoftmaxDropout(scores, lengths_B, scale, probability, key);
    context_BHLD = at::matmul(weights, value_BHLD);
  } else {
    std::optional<at::Tensor> mask;
    if (padded) {
      mask = KeyMask(lengths_B, length).expand({sequences, 1, length, length});
    }
    context_BHLD = at::scaled_dot_product_attention(query_BHLD, key_BHLD,
                                                    value_BHLD, mask);
  }
  return context_BHLD.transpose(1, 2).reshape({sequences, length, width});
}

}  // namespace tunesmith::worker
