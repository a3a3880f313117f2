#include "worker/training/best_weights.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty_like.h"

namespace tunesmith::worker {

const std::vector<NamedTensor>& BestWeights::Reserve() {
  at::NoGradGuard no_gradients;
  if (kept_.empty()) {
    for (const NamedTensor& parameter : parameters_) {
      kept_.push_back({parameter.name, at::empty_like(parameter.value)});
    }
  }
  return kept_;
}

void BestWeights::Keep() {
  at::NoGradGuard no_gradients;
  Reserve();
  for (size_t i = 0; i < kept_.size(); ++i) {
    kept_[i].value.copy_(parameters_[i].value);
  }
}

void BestWeights::Swap() {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) {
    at::Tensor network = parameters_[i].value.clone();
    parameters_[i].value.copy_(kept_[i].value);
    kept_[i].value.copy_(network);
  }
}

}  // namespace tunesmith::worker
