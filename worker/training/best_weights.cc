#include "worker/training/best_weights.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty_like.h"

namespace tunesmith::worker {

void BestWeights::Keep() {
  at::NoGradGuard no_gradients;
  if (copies_.empty()) {
    for (const at::Tensor& parameter : parameters_) {
      copies_.push_back(at::empty_like(parameter));
    }
  }
  for (size_t i = 0; i < copies_.size(); ++i) {
    copies_[i].copy_(parameters_[i]);
  }
}

void BestWeights::Restore() {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < copies_.size(); ++i) {
    parameters_[i].copy_(copies_[i]);
  }
}

}  // namespace tunesmith::worker
