#ifndef TUNESMITH_WORKER_KERNELS_DROPOUT_H_
#define TUNESMITH_WORKER_KERNELS_DROPOUT_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "worker/kernels/dropout_mask.h"

namespace tunesmith::worker {

// Inverted dropout; `probability` in [0, 1). Elements are counted in row-major
// order of the shape. Differentiable; keeps nothing for the backward pass.
// fp32 on a CPU has a fused loop, anything else is made of plain operators.
at::Tensor Dropout(const at::Tensor& x, double probability, DropoutKey key);

// residual + Dropout(x, ...) in fp32 and one pass. Same shapes.
at::Tensor DropoutAdd(const at::Tensor& x, const at::Tensor& residual,
                      double probability, DropoutKey key);

// Which of `count` elements stay, of type bool, in plain integer operators of
// any device: the reference that loops are tested against.
at::Tensor DropoutMaskReference(int64_t count, double probability,
                                DropoutKey key, at::Device device);

// DropoutCpu cut up over threads, from element `first` on; not differentiable.
void DropoutParallel(const float* x, float* y, int64_t count, int64_t first,
                     double probability, DropoutKey key);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_DROPOUT_H_
