#include "worker/training/host_copies.h"

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "worker/kernels/transfer.h"

namespace tunesmith::worker {
namespace {

// Where a tensor begins in the block: a cache line's multiple.
constexpr int64_t kAlignment = 64;

int64_t RoundedUp(size_t bytes) {
  return (static_cast<int64_t>(bytes) + kAlignment - 1) / kAlignment *
         kAlignment;
}

}  // namespace

bool HostCopies::Fits(std::span<const NamedTensor> tensors) const {
  if (tensors.size() != copies_.size()) return false;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor& copy = copies_[i].value;
    const at::Tensor& tensor = tensors[i].value;
    if (copy.sizes() != tensor.sizes() ||
        copy.scalar_type() != tensor.scalar_type()) {
      return false;
    }
  }
  return true;
}

void HostCopies::Reserve(std::span<const NamedTensor> tensors) {
  copies_.clear();
  int64_t bytes = 0;
  for (const NamedTensor& tensor : tensors) {
    bytes += RoundedUp(tensor.value.nbytes());
  }
  const at::TensorOptions host =
      tensors.empty() ? at::TensorOptions(at::kCPU)
                      : HostMemoryOf(tensors.front().value.device());
  const at::Tensor block = at::empty({bytes}, host.dtype(at::kByte));
  int64_t begin = 0;
  for (const NamedTensor& tensor : tensors) {
    const int64_t size = static_cast<int64_t>(tensor.value.nbytes());
    copies_.push_back({tensor.name, block.narrow(0, begin, size)
                                        .view(tensor.value.scalar_type())
                                        .view(tensor.value.sizes())});
    begin += RoundedUp(tensor.value.nbytes());
  }
}

void HostCopies::Copy(std::span<const NamedTensor> tensors) {
  c10::NoGradGuard no_gradients;
  // Gradual unfreezing makes them more.
  if (!Fits(tensors)) Reserve(tensors);
  for (size_t i = 0; i < tensors.size(); ++i) {
    copies_[i].value.copy_(tensors[i].value, /*non_blocking=*/true);
  }
  if (tensors.empty() || !tensors.front().value.is_cuda()) return;
  done_ = EventBehind(tensors.front().value.device());
}

void HostCopies::Await() const {
  if (done_.has_value()) done_->synchronize();
}

}  // namespace tunesmith::worker
