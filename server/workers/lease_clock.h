#ifndef TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_
#define TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_

#include <optional>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// Ends leases that nobody renewed. Thread-safe; starts no thread: one of the
// composition root loops over WaitUntilDue and RunOnce.
class LeaseClock {
 public:
  // `lifecycle.leases` holds the deadlines. Nothing is owned; all of it
  // outlives the lease clock.
  LeaseClock(Store* store, Clock* clock, LifecycleContext lifecycle);
  // Waits for its writes: the store commits or ends first.
  ~LeaseClock();

  // Writes the end of every lease whose deadline has passed; once for each,
  // until that write is decided.
  void RunOnce();

  // Blocks until a deadline has passed, or Wake; false after Stop.
  bool WaitUntilDue();
  // A deadline is new or earlier.
  void Wake();
  void Stop();

 private:
  void Expire(const LeaseKey& lease);
  void OnExpired(const LeaseKey& lease, const absl::Status& status);
  // When the next lease runs out, as far as that can be acted upon.
  std::optional<absl::Duration> NextDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  Clock* const clock_;
  const LifecycleContext lifecycle_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Whose end is being written.
  std::set<LeaseKey> pending_ ABSL_GUARDED_BY(mutex_);
  // Not before this time, after a write that failed.
  absl::Duration resume_time_ ABSL_GUARDED_BY(mutex_) =
      -absl::InfiniteDuration();
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_
