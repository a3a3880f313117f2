#ifndef TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_
#define TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_

#include <atomic>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/upkeep/storage_keeper.h"

namespace tunesmith::server {

// Deletes, every ten minutes from the start on, what has been kept for long
// enough. Thread-safe; starts no thread: one of the composition root loops over
// WaitUntilDue and RunOnce.
class RetentionSweep {
 public:
  // Neither is owned; both outlive it.
  RetentionSweep(StorageKeeper* keeper, Clock* clock)
      : keeper_(keeper), clock_(clock) {}

  // Sweeps on the calling thread.
  void RunOnce();

  // Blocks until the next sweep is due; false after Stop.
  bool WaitUntilDue();
  // Ends a sweep under way after the job that it is at.
  void Stop();

 private:
  StorageKeeper* const keeper_;
  Clock* const clock_;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  CondVar changed_;
  // Monotonic; at once when unset.
  std::optional<absl::Duration> due_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_
