#include "worker/training/running_statistics.h"

#include <map>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/empty_like.h"
#include "ATen/ops/where.h"

namespace tunesmith::worker {
namespace {

// Elements of any type that begin at a multiple of it are aligned for every
// kernel.
constexpr int64_t kAlignment = 64;

int64_t RoundedUp(int64_t elements) {
  return (elements + kAlignment - 1) / kAlignment * kAlignment;
}

// Lets tensors of one type and device share one block of memory, which is
// returned.
at::Tensor Gather(std::vector<at::Tensor>& tensors) {
  int64_t size = 0;
  for (const at::Tensor& tensor : tensors) size += RoundedUp(tensor.numel());
  at::Tensor block = at::empty({size}, tensors.front().options()).zero_();
  int64_t begin = 0;
  for (at::Tensor& tensor : tensors) {
    at::Tensor place =
        block.narrow(0, begin, tensor.numel()).view(tensor.sizes());
    place.copy_(tensor);
    tensor.set_data(place);
    begin += RoundedUp(tensor.numel());
  }
  return block;
}

}  // namespace

RunningStatistics::RunningStatistics(const torch::nn::Module& module) {
  at::NoGradGuard no_gradients;
  std::map<at::ScalarType, std::vector<at::Tensor>> by_type;
  for (const auto& item : module.named_buffers()) {
    tensors_.push_back({item.key(), item.value()});
    by_type[item.value().scalar_type()].push_back(item.value());
  }
  for (auto& [type, tensors] : by_type) {
    blocks_.push_back(Gather(tensors));
    kept_.push_back(at::empty_like(blocks_.back()));
  }
}

void RunningStatistics::Keep() {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) kept_[i].copy_(blocks_[i]);
}

void RunningStatistics::PutBack() {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) blocks_[i].copy_(kept_[i]);
}

void RunningStatistics::PutBackUnless(const at::Tensor& good) {
  at::NoGradGuard no_gradients;
  for (size_t i = 0; i < kept_.size(); ++i) {
    blocks_[i].copy_(at::where(good, blocks_[i], kept_[i]));
  }
}

}  // namespace tunesmith::worker
