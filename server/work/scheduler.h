#ifndef TUNESMITH_SERVER_WORK_SCHEDULER_H_
#define TUNESMITH_SERVER_WORK_SCHEDULER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/store/store.h"
#include "server/work/preemption.h"
#include "server/work/work_order.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// Where free slots are known; implemented by the registry of workers.
class SlotSource {
 public:
  virtual ~SlotSource() = default;

  // Slots of connected workers that nothing is leased to.
  virtual std::vector<FreeSlot> FreeSlots() = 0;
  // Slots of connected workers in which something runs.
  virtual std::vector<FreeSlot> TakenSlots() = 0;
};

// What becomes of what the scheduler decides: the item's job moves to RUNNING
// in the same transaction, and the worker hears of it after the commit.
class LeaseSink {
 public:
  virtual ~LeaseSink() = default;

  virtual absl::Status OnLeased(Transaction& tx, const WorkRow& row) = 0;
  virtual absl::Status OnPreempted(Transaction& tx,
                                   const Preempted& preempted) = 0;
};

// Matches waiting items to free slots. Woken by commits and by workers; never
// polls. Thread-safe; starts no thread.
class Scheduler {
 public:
  // Not owned; outlive the scheduler.
  Scheduler(Store* store, SlotSource* slots, LeaseSink* sink, Clock* clock,
            OrderPolicy policy);
  // Waits for the writes of the last round: the store commits or ends first.
  ~Scheduler();

  // Something changed: an item was added or a slot became free.
  void Wake();

  // One round: offers every free slot the next item that fits, in one write per
  // slot. Then lets items wait whose delay is over, which another round leases,
  // and takes slots from running items for those that preempt. GPUs are offered
  // before CPUs, and of each kind those with less memory first. Rounds do not
  // overlap; Wake during one causes another.
  void RunOnce();

  // Blocks until the last round is over and there is reason for another: a
  // wake, or the end of a delay. False after Stop.
  bool WaitForWork();
  void Stop();

 private:
  // Queues one write of the round; `what` it is, for the log.
  void Write(std::string what, Store::WriteFn write);
  void OnWritten(const std::string& what, const absl::Status& status);
  absl::Status Lease(Transaction& tx, const FreeSlot& slot);
  absl::Status EndRound(Transaction& tx);
  // `time` is Clock::Monotonic.
  void RunAgainAt(absl::Duration time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  SlotSource* const slots_;
  LeaseSink* const sink_;
  Clock* const clock_;
  const OrderPolicy policy_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Writes of the round that are not decided.
  int writes_ ABSL_GUARDED_BY(mutex_) = 0;
  // When the next delay ends, or a failed write is repeated. Monotonic: a wall
  // clock that is set back or forward makes no round late.
  std::optional<absl::Duration> next_round_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_SCHEDULER_H_
