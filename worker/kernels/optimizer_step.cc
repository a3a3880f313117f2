#include "worker/kernels/optimizer_step.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/_foreach_add.h"
#include "ATen/ops/_foreach_mul.h"
#include "ATen/ops/_foreach_norm.h"
#include "ATen/ops/_fused_adamw.h"
#include "ATen/ops/linalg_vector_norm.h"
#include "ATen/ops/stack.h"

// The only file that calls operators whose names begin with an underscore:
// PyTorch promises nothing about them.

namespace tunesmith::worker {

UpdateSwitch SkipUnless(const at::Tensor& finite) {
  return {.skip = finite.logical_not().to(at::kFloat),
          .count = finite.to(at::kFloat)};
}

void FusedAdamW(const AdamWTensors& tensors, const AdamWSettings& settings,
                const UpdateSwitch& update) {
  if (tensors.parameters.empty()) return;
  at::_foreach_add_(tensors.steps, update.count);
  at::_fused_adamw_(tensors.parameters, tensors.gradients,
                    tensors.first_moments, tensors.second_moments,
                    /*max_exp_avg_sqs=*/{}, tensors.steps,
                    settings.learning_rate, settings.beta1, settings.beta2,
                    settings.weight_decay, settings.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false,
                    /*grad_scale=*/{}, /*found_inf=*/update.skip);
}

void AdamWReference(const AdamWTensors& tensors,
                    const AdamWSettings& settings) {
  for (size_t i = 0; i < tensors.parameters.size(); ++i) {
    const at::Tensor& gradient = tensors.gradients[i];
    double step = tensors.steps[i].add_(1).item<double>();
    tensors.parameters[i].mul_(1 -
                               settings.learning_rate * settings.weight_decay);
    tensors.first_moments[i]
        .mul_(settings.beta1)
        .add_(gradient, 1 - settings.beta1);
    tensors.second_moments[i]
        .mul_(settings.beta2)
        .addcmul_(gradient, gradient, 1 - settings.beta2);
    at::Tensor denominator = tensors.second_moments[i].sqrt() /
                                 std::sqrt(1 - std::pow(settings.beta2, step)) +
                             settings.epsilon;
    tensors.parameters[i].addcdiv_(
        tensors.first_moments[i], denominator,
        -settings.learning_rate / (1 - std::pow(settings.beta1, step)));
  }
}

at::Tensor GlobalNorm(const std::vector<at::Tensor>& tensors) {
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(tensors, 2)), 2);
}

at::Tensor ClipFactor(const at::Tensor& norm, double max_norm) {
  return (max_norm / (norm + 1e-6)).clamp_max(1.0);
}

void Clip(const std::vector<at::Tensor>& tensors, const at::Tensor& factor) {
  // Reading the factor costs nothing on a CPU and spares a pass over memory.
  if (factor.is_cpu() && factor.item<float>() >= 1.0f) return;
  at::_foreach_mul_(tensors, factor);
}

}  // namespace tunesmith::worker
