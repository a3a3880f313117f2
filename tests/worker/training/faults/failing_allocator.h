#ifndef TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FAILING_ALLOCATOR_H_
#define TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FAILING_ALLOCATOR_H_

#include <cstddef>
#include <functional>

#include "c10/core/CPUAllocator.h"

namespace tunesmith::worker {

// While it lives, tensors of the host come from it: as usual, or not at all.
class FailingAllocator : public c10::Allocator {
 public:
  // `fails` is asked at every allocation, with its size.
  explicit FailingAllocator(std::function<bool(size_t)> fails);
  ~FailingAllocator() override;

  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void* to, const void* from, size_t bytes) const override;

 private:
  const std::function<bool(size_t)> fails_;
  c10::Allocator* const usual_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINING_FAULTS_FAILING_ALLOCATOR_H_
