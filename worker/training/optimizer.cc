#include "worker/training/optimizer.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tunesmith::worker {

bool IsExemptFromDecay(const std::string& name) {
  std::string lower = absl::AsciiStrToLower(name);
  return absl::StrContains(lower, "bias") ||
         absl::StrContains(lower, "layernorm");
}

Optimizer::Optimizer(const torch::nn::Module& module,
                     const TrainingOptions& options)
    : max_norm_(options.max_gradient_norm),
      settings_{.beta1 = options.beta1,
                .beta2 = options.beta2,
                .epsilon = options.epsilon},
      groups_(2) {
  groups_[0].weight_decay = options.weight_decay;
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& parameter = item.value();
    if (!parameter.requires_grad()) continue;
    Group& group = groups_[IsExemptFromDecay(item.key()) ? 1 : 0];
    group.names.push_back(item.key());
    AdamWTensors& tensors = group.tensors;
    at::Tensor data = parameter.detach();
    tensors.parameters.push_back(parameter);
    tensors.first_moments.push_back(at::zeros_like(data));
    tensors.second_moments.push_back(at::zeros_like(data));
    tensors.steps.push_back(at::zeros({}, data.options().dtype(at::kFloat)));
  }
}

std::vector<NamedTensor> Optimizer::parameters() const {
  std::vector<NamedTensor> all;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      all.push_back({group.names[i], group.tensors.parameters[i]});
    }
  }
  return all;
}

OptimizerState Optimizer::state() const {
  OptimizerState all;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      const std::string& name = group.names[i];
      all.first_moments.push_back({name, group.tensors.first_moments[i]});
      all.second_moments.push_back({name, group.tensors.second_moments[i]});
      all.steps.push_back({name, group.tensors.steps[i]});
    }
  }
  return all;
}

void Optimizer::CollectGradients() {
  for (Group& group : groups_) {
    group.tensors.gradients.clear();
    for (const at::Tensor& parameter : group.tensors.parameters) {
      const at::Tensor& gradient = parameter.grad();
      group.tensors.gradients.push_back(
          gradient.defined() ? gradient : at::zeros_like(parameter.detach()));
    }
  }
}

void Optimizer::ClearGradients() {
  for (Group& group : groups_) {
    group.tensors.gradients.clear();
    for (at::Tensor& parameter : group.tensors.parameters) {
      parameter.mutable_grad().reset();
    }
  }
}

at::Tensor Optimizer::Step(const at::Tensor& loss, double learning_rate) {
  at::NoGradGuard no_gradients;
  CollectGradients();
  std::vector<at::Tensor> gradients;
  for (const Group& group : groups_) {
    gradients.insert(gradients.end(), group.tensors.gradients.begin(),
                     group.tensors.gradients.end());
  }
  at::Tensor norm = GlobalNorm(gradients);
  at::Tensor finite = at::isfinite(norm).logical_and(at::isfinite(loss));
  at::Tensor skip = finite.logical_not().to(at::kFloat);
  if (max_norm_ > 0) ClipToNorm(gradients, norm, max_norm_);
  for (const Group& group : groups_) {
    settings_.learning_rate = learning_rate;
    settings_.weight_decay = group.weight_decay;
    FusedAdamW(group.tensors, settings_, skip);
  }
  gradients.clear();
  ClearGradients();
  return norm;
}

}  // namespace tunesmith::worker
