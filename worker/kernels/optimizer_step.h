#ifndef TUNESMITH_WORKER_KERNELS_OPTIMIZER_STEP_H_
#define TUNESMITH_WORKER_KERNELS_OPTIMIZER_STEP_H_

#include <vector>

#include "ATen/core/Tensor.h"

// What an optimizer does to whole lists of tensors at once. Lists have equal
// lengths and shapes; tensors of a list share a device and are fp32.

namespace tunesmith::worker {

struct AdamWSettings {
  double learning_rate = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
};

// Parameters that share their settings, with their state. `steps` has one
// float scalar for each parameter: how many updates there were.
struct AdamWTensors {
  std::vector<at::Tensor> parameters;
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> first_moments;
  std::vector<at::Tensor> second_moments;
  std::vector<at::Tensor> steps;
};

// One update of AdamW (arXiv:1711.05101) as PyTorch defines it. Does nothing
// to parameters and moments where `skip`, a float scalar of the same device,
// is 1.
void FusedAdamW(const AdamWTensors& tensors, const AdamWSettings& settings,
                const at::Tensor& skip);

// The same in plain operators, without `skip`.
void AdamWReference(const AdamWTensors& tensors, const AdamWSettings& settings);

// Euclidean norm of all tensors together, a scalar of their device.
at::Tensor GlobalNorm(const std::vector<at::Tensor>& tensors);

// Scales `tensors` by min(1, max_norm / (norm + 1e-6)), as PyTorch's
// clip_grad_norm_ does.
void ClipToNorm(const std::vector<at::Tensor>& tensors, const at::Tensor& norm,
                double max_norm);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_OPTIMIZER_STEP_H_
