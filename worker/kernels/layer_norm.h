#ifndef TUNESMITH_WORKER_KERNELS_LAYER_NORM_H_
#define TUNESMITH_WORKER_KERNELS_LAYER_NORM_H_

#include "ATen/core/Tensor.h"

namespace tunesmith::worker {

// at::layer_norm over the last axis of x [..., W] with weight and bias [W].
// Differentiable. On a CPU in fp32, gradients do not depend on the number of
// threads, as those of at::layer_norm do.
at::Tensor LayerNormalize(const at::Tensor& x, const at::Tensor& weight_W,
                          const at::Tensor& bias_W, double epsilon);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_LAYER_NORM_H_
