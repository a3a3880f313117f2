#include "worker/training/optimizer.h"

#include <map>
#include <string_view>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/isfinite.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"

namespace tunesmith::worker {

bool IsExemptFromDecay(const at::Tensor& parameter) {
  return parameter.dim() <= 1;
}

Optimizer::Optimizer(const torch::nn::Module& module,
                     const TrainingOptions& options)
    : max_norm_(options.max_gradient_norm),
      settings_{.beta1 = options.beta1,
                .beta2 = options.beta2,
                .epsilon = options.epsilon} {
  std::map<std::string_view, const ParameterPlan*> plans;
  for (const ParameterPlan& plan : options.parameters) {
    plans[plan.name] = &plan;
  }
  for (const auto& item : module.named_parameters()) {
    const ParameterPlan& plan = *plans.at(item.key());
    if (plan.frozen) continue;
    Entry& entry = entries_.emplace_back();
    entry.name = item.key();
    entry.parameter = item.value();
    entry.weight_decay =
        IsExemptFromDecay(item.value()) ? 0 : options.weight_decay;
    entry.learning_rate_factor = plan.learning_rate_factor;
  }
  Update();
}

void Optimizer::Update() {
  std::map<std::pair<double, double>, Group> groups;
  for (Entry& entry : entries_) {
    if (!entry.parameter.requires_grad()) continue;
    if (!entry.steps.defined()) {
      at::Tensor data = entry.parameter.detach();
      entry.first_moment = at::zeros_like(data);
      entry.second_moment = at::zeros_like(data);
      entry.steps = at::zeros({}, data.options().dtype(at::kFloat));
    }
    Group& group = groups[{entry.weight_decay, entry.learning_rate_factor}];
    group.weight_decay = entry.weight_decay;
    group.learning_rate_factor = entry.learning_rate_factor;
    AdamWTensors& tensors = group.tensors;
    tensors.parameters.push_back(entry.parameter);
    tensors.first_moments.push_back(entry.first_moment);
    tensors.second_moments.push_back(entry.second_moment);
    tensors.steps.push_back(entry.steps);
  }
  groups_.clear();
  for (auto& [settings, group] : groups) groups_.push_back(std::move(group));
}

std::vector<NamedTensor> Optimizer::parameters() const {
  std::vector<NamedTensor> all;
  for (const Entry& entry : entries_) {
    all.push_back({entry.name, entry.parameter});
  }
  return all;
}

OptimizerState Optimizer::state() const {
  OptimizerState all;
  for (const Entry& entry : entries_) {
    if (!entry.steps.defined()) continue;
    all.first_moments.push_back({entry.name, entry.first_moment});
    all.second_moments.push_back({entry.name, entry.second_moment});
    all.steps.push_back({entry.name, entry.steps});
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

Optimizer::Step Optimizer::Prepare(const at::Tensor& loss) {
  at::NoGradGuard no_gradients;
  CollectGradients();
  Step step;
  step.norm = GlobalNorm(AllGradients());
  step.finite = at::isfinite(step.norm).logical_and(at::isfinite(loss));
  step.update = SkipUnless(step.finite);
  if (max_norm_ > 0) step.clip_factor = ClipFactor(step.norm, max_norm_);
  return step;
}

void Optimizer::Apply(const Step& step, double learning_rate) {
  at::NoGradGuard no_gradients;
  if (step.clip_factor.defined()) Clip(AllGradients(), step.clip_factor);
  for (const Group& group : groups_) {
    settings_.learning_rate = learning_rate * group.learning_rate_factor;
    settings_.weight_decay = group.weight_decay;
    FusedAdamW(group.tensors, settings_, step.update);
  }
  ClearGradients();
}

std::vector<at::Tensor> Optimizer::AllGradients() const {
  std::vector<at::Tensor> gradients;
  for (const Group& group : groups_) {
    gradients.insert(gradients.end(), group.tensors.gradients.begin(),
                     group.tensors.gradients.end());
  }
  return gradients;
}

}  // namespace tunesmith::worker
