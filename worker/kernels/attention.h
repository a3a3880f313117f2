#ifndef TUNESMITH_WORKER_KERNELS_ATTENTION_H_
#define TUNESMITH_WORKER_KERNELS_ATTENTION_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "worker/kernels/dropout_mask.h"

namespace tunesmith::worker {

// Shapes: B sequences, H heads, L tokens with padding, D width of a head.

// Softmax of scores_BHLL / sqrt(D) over keys, of which sequence b has the
// first lengths_B[b] (int64, at least 1), then dropout. Padding gets exactly
// 0. fp32. Differentiable in the scores.
at::Tensor MaskedSoftmaxDropout(const at::Tensor& scores_BHLL,
                                const at::Tensor& lengths_B, double scale,
                                double probability, DropoutKey key);

// The same in plain operators.
at::Tensor MaskedSoftmaxDropoutReference(const at::Tensor& scores_BHLL,
                                         const at::Tensor& lengths_B,
                                         double scale, double probability,
                                         DropoutKey key);

// Scaled dot-product attention over keys within each sequence's length.
// `padded`: whether any sequence is shorter than L; only then must queries be
// as many as keys. Result [B, queries, H * D].
at::Tensor Attention(const at::Tensor& query_BHLD, const at::Tensor& key_BHLD,
                     const at::Tensor& value_BHLD, const at::Tensor& lengths_B,
                     bool padded, double probability, DropoutKey key);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_ATTENTION_H_
