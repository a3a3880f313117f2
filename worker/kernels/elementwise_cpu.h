#ifndef TUNESMITH_WORKER_KERNELS_ELEMENTWISE_CPU_H_
#define TUNESMITH_WORKER_KERNELS_ELEMENTWISE_CPU_H_

#include <cstdint>

#include "worker/kernels/dropout_mask.h"

// Loops over contiguous fp32 memory, compiled for several instruction sets.
// One thread each; callers cut the work up. Outputs may be the same memory as
// inputs.

namespace tunesmith::worker {

// What dropout does to the elements of a block.
struct DropoutLoop {
  DropoutKey key;
  uint32_t threshold = 0;
  // 1 / (1 - probability).
  float scale = 1;
};

// y[i] = x[i] * scale where element `first + i` stays, otherwise 0.
void DropoutCpu(const float* x, float* y, int64_t count, uint32_t first,
                const DropoutLoop& loop);

// y[i] = residual[i] + dropout of x[i].
void DropoutAddCpu(const float* x, const float* residual, float* y,
                   int64_t count, uint32_t first, const DropoutLoop& loop);

// y[i] = softmax of scale * x over `count` elements.
void SoftmaxRowCpu(const float* x, float* y, int64_t count, float scale);

// dx[i] = scale * y[i] * (dy[i] - sum over j of y[j] * dy[j]).
void SoftmaxRowBackwardCpu(const float* y, const float* dy, float* dx,
                           int64_t count, float scale);

// Adds a row's part of the gradients of a normalisation's weight and bias:
// weight[i] += dy[i] * (x[i] - mean) * inverse_deviation, bias[i] += dy[i].
void LayerNormRowSumsCpu(const float* x, const float* dy, float mean,
                         float inverse_deviation, float* weight, float* bias,
                         int64_t count);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_ELEMENTWISE_CPU_H_
