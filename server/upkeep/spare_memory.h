#ifndef TUNESMITH_SERVER_UPKEEP_SPARE_MEMORY_H_
#define TUNESMITH_SERVER_UPKEEP_SPARE_MEMORY_H_

#include <cstddef>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::server {

// Gives pages that lie free in this program's heap back to the system, where
// they have `at_least` bytes together: the allocator keeps what a flood of
// calls took, for good. Takes some milliseconds. Returns whether it did.
bool GiveSpareMemoryBack(size_t at_least);

// Does so from time to time on a thread of its own, until it is destroyed.
class SpareMemory {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(5);
    size_t at_least = size_t{32} << 20;
  };

  explicit SpareMemory(const Options& options);
  SpareMemory() : SpareMemory(Options()) {}
  ~SpareMemory();
  SpareMemory(const SpareMemory&) = delete;
  SpareMemory& operator=(const SpareMemory&) = delete;

 private:
  void Loop();

  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_SPARE_MEMORY_H_
