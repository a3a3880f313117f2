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

// Whether an update is done, for the device to decide: float scalars, 0 or 1.
struct UpdateSwitch {
  at::Tensor skip;
  // 1 - skip.
  at::Tensor count;
};

// `finite`: a bool scalar; the update is skipped where it is false.
UpdateSwitch SkipUnless(const at::Tensor& finite);

// One update of AdamW (arXiv:1711.05101) as PyTorch defines it. Changes
// nothing, and counts no update, where it is skipped. Takes no memory.
void FusedAdamW(const AdamWTensors& tensors, const AdamWSettings& settings,
                const UpdateSwitch& update);

// The same in plain operators, never skipped.
void AdamWReference(const AdamWTensors& tensors, const AdamWSettings& settings);

// Euclidean norm of all tensors together, a scalar of their device.
at::Tensor GlobalNorm(const std::vector<at::Tensor>& tensors);

// min(1, max_norm / (norm + 1e-6)), what PyTorch's clip_grad_norm_ scales by: a
// scalar of the device.
at::Tensor ClipFactor(const at::Tensor& norm, double max_norm);

// Scales `tensors` by a ClipFactor. Takes no memory.
void Clip(const std::vector<at::Tensor>& tensors, const at::Tensor& factor);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_KERNELS_OPTIMIZER_STEP_H_
