#ifndef TUNESMITH_TESTS_WORKER_IMAGES_ALLOCATION_LIMIT_H_
#define TUNESMITH_TESTS_WORKER_IMAGES_ALLOCATION_LIMIT_H_

#include <cstddef>

namespace tunesmith::worker {

// While it lives, `new` throws std::bad_alloc for more than `bytes` at once, on
// every thread. One at a time.
class AllocationLimit {
 public:
  explicit AllocationLimit(size_t bytes);
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;

  // How often it threw.
  int refused() const;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_IMAGES_ALLOCATION_LIMIT_H_
