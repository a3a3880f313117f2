#include "tests/worker/training/faults/failing_allocator.h"

#include <utility>

#include "c10/util/Exception.h"

namespace tunesmith::worker {

FailingAllocator::FailingAllocator(std::function<bool(size_t)> fails)
    : fails_(std::move(fails)), usual_(c10::GetCPUAllocator()) {
  c10::SetCPUAllocator(this, /*priority=*/100);
}

FailingAllocator::~FailingAllocator() {
  c10::SetCPUAllocator(usual_, /*priority=*/100);
}

c10::DataPtr FailingAllocator::allocate(size_t bytes) {
  TORCH_CHECK(!fails_(bytes), "can't allocate memory: a test said so");
  return usual_->allocate(bytes);
}

c10::DeleterFnPtr FailingAllocator::raw_deleter() const {
  return usual_->raw_deleter();
}

void FailingAllocator::copy_data(void* to, const void* from,
                                 size_t bytes) const {
  usual_->copy_data(to, from, bytes);
}

}  // namespace tunesmith::worker
