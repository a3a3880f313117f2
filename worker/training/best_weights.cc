#include "worker/training/best_weights.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "absl/status/status.h"
#include "worker/training/device.h"
#include "worker/training/torch_errors.h"

namespace tunesmith::worker {

std::vector<NamedTensor> BestWeights::Room(bool on_host) const {
  std::vector<NamedTensor> room;
  for (const NamedTensor& parameter : parameters_) {
    at::TensorOptions options = parameter.value.options();
    if (on_host) options = options.device(at::kCPU);
    room.push_back(
        {parameter.name, at::empty(parameter.value.sizes(), options)});
  }
  return room;
}

const std::vector<NamedTensor>& BestWeights::Reserve() {
  at::NoGradGuard no_gradients;
  if (!kept_.empty() || parameters_.empty()) return kept_;
  const at::Device device = parameters_.front().value.device();
  if (device.is_cpu()) return kept_ = Room(/*on_host=*/true);
  absl::Status status = CatchTorchErrors([&] {
    kept_ = Room(/*on_host=*/false);
    return absl::OkStatus();
  });
  if (status.ok()) return kept_;
  // Whatever it was, the same follows, or is reported, from the other attempt.
  ReleaseCachedMemory(device);
  return kept_ = Room(/*on_host=*/true);
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
    // Where the kept ones are, there is room for one more.
    at::Tensor network = parameters_[i].value.to(
        kept_[i].value.device(), /*non_blocking=*/false, /*copy=*/true);
    parameters_[i].value.copy_(kept_[i].value);
    kept_[i].value.copy_(network);
  }
}

}  // namespace tunesmith::worker
