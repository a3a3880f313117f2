#ifndef TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_
#define TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_

#include <functional>
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

class WorkerRegistry;

// How long this machine slept since it started: what Clock::Monotonic does not
// count.
absl::Duration SuspendedTime();

// Ends leases that nobody renewed, and the rests of workers. A time in which
// this process did not run, or the machine slept, is no silence of the workers:
// it looks at its clock all the while and gives every lease a full term after a
// gap, as after a start. Thread-safe; starts no thread: one of the composition
// root loops over WaitUntilDue and RunOnce.
class LeaseClock {
 public:
  struct Options {
    // Null: there are no rests.
    WorkerRegistry* registry = nullptr;
    absl::Duration lease_term = absl::Seconds(15);
    std::function<absl::Duration()> suspended_time = SuspendedTime;
  };

  // `lifecycle.leases` holds the deadlines. Nothing is owned; all of it
  // outlives the lease clock.
  LeaseClock(Store* store, Clock* clock, LifecycleContext lifecycle,
             Options options);
  // Waits for its writes: the store commits or ends first.
  ~LeaseClock();

  // Writes the end of every lease whose deadline has passed; once for each,
  // until that write is decided. Offers workers that have rested.
  void RunOnce();

  // Blocks until a deadline has passed, or Wake; false after Stop.
  bool WaitUntilDue();
  // A deadline is new or earlier.
  void Wake();
  void Stop();

 private:
  // The clocks at one moment.
  struct Look {
    absl::Duration time;
    absl::Duration suspended;
  };

  void Expire(const LeaseKey& lease);
  void OnExpired(const LeaseKey& lease, const absl::Status& status);
  // Looks at the clocks, and at whether they went on since the last look as
  // they should.
  absl::Duration LookAtClock() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGap(absl::Duration gap) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the server itself is too slow for the worker to renew the lease,
  // which gets a little longer.
  bool IsOwnDelay(const LeaseKey& lease, absl::Duration now);
  // When the next lease runs out, as far as that can be acted upon.
  std::optional<absl::Duration> NextExpiry()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // When there is something to do.
  std::optional<absl::Duration> NextDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  Clock* const clock_;
  const LifecycleContext lifecycle_;
  const Options options_;
  // How often it looks at the clocks, and how late a look may be.
  const absl::Duration tick_;
  const absl::Duration tolerance_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Unset while it does not look.
  std::optional<Look> last_look_ ABSL_GUARDED_BY(mutex_);
  // The look that found something due: a gap after it must not end a lease.
  std::optional<absl::Duration> due_time_ ABSL_GUARDED_BY(mutex_);
  // Whose end is being written.
  std::set<LeaseKey> pending_ ABSL_GUARDED_BY(mutex_);
  // Not before this time, after a write that failed.
  absl::Duration resume_time_ ABSL_GUARDED_BY(mutex_) =
      -absl::InfiniteDuration();
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_LEASE_CLOCK_H_
