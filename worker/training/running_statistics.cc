#include "worker/training/running_statistics.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/where.h"

namespace tunesmith::worker {

RunningStatistics::RunningStatistics(const torch::nn::Module& module) {
  for (const auto& item : module.named_buffers()) {
    tensors_.push_back({item.key(), item.value()});
  }
}

void RunningStatistics::Keep() {
  at::NoGradGuard no_gradients;
  if (kept_.empty()) {
    for (const NamedTensor& tensor : tensors_) {
      kept_.push_back(at::empty_like(tensor.value));
    }
  }
  for (size_t i = 0; i < kept_.size(); ++i) kept_[i].copy_(tensors_[i].value);
}

void RunningStatistics::PutBack() {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) {
    tensors_[i].value.copy_(kept_[i]);
  }
}

void RunningStatistics::PutBackUnless(const at::Tensor& good) {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) {
    tensors_[i].value.copy_(at::where(good, tensors_[i].value, kept_[i]));
  }
}

}  // namespace tunesmith::worker
