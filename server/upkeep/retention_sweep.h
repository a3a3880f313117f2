#ifndef TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_
#define TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_

#include <atomic>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/upkeep/believed_time.h"
#include "server/upkeep/job_retention.h"
#include "server/upkeep/storage_keeper.h"

namespace tunesmith::server {

// Looks after what is kept, from the start on: every minute what takes the
// room is added up, and every ten minutes what was kept for long enough goes
// and room that the database does not use is given back; later where there is
// so much that it takes long. Thread-safe; starts no thread: one of the
// composition root loops over WaitUntilDue and RunOnce.
class RetentionSweep {
 public:
  // Not owned; all outlive it. `jobs` may be null: then records stay.
  struct Options {
    Store* store = nullptr;
    StorageKeeper* keeper = nullptr;
    JobRetention* jobs = nullptr;
    Clock* clock = nullptr;
  };
  explicit RetentionSweep(const Options& options) : options_(options) {}

  // Does what is due on the calling thread.
  void RunOnce();

  // Blocks until something is due; false after Stop.
  bool WaitUntilDue();
  // Ends a sweep under way after the job that it is at.
  void Stop();

 private:
  void Sweep();
  absl::Status SweepUntil(absl::Time now);
  // The time that the sweep goes by.
  absl::StatusOr<absl::Time> ReadTime();
  // When to come again, after what began at `begin`; `pause`: how many times as
  // long as that took, at least.
  absl::Duration DueAfter(absl::Duration begin, absl::Duration period,
                          int pause) const;

  const Options options_;
  // Of the thread that runs it.
  std::optional<BelievedTime> believed_;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  CondVar changed_;
  // Monotonic; at once when unset.
  std::optional<absl::Duration> totals_due_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> sweep_due_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_RETENTION_SWEEP_H_
