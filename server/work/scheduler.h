#ifndef TUNESMITH_SERVER_WORK_SCHEDULER_H_
#define TUNESMITH_SERVER_WORK_SCHEDULER_H_

#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// Where free slots are known; implemented by the registry of workers.
class SlotSource {
 public:
  virtual ~SlotSource() = default;

  // Slots of connected workers that nothing is leased to.
  virtual std::vector<FreeSlot> FreeSlots() = 0;
};

// What becomes of a lease, decided outside: the item's job moves to RUNNING in
// the same transaction, and the worker hears of it after the commit.
class LeaseSink {
 public:
  virtual ~LeaseSink() = default;

  virtual absl::Status OnLeased(Transaction& tx, const WorkRow& row) = 0;
};

// Matches waiting items to free slots. Woken by commits and by workers; never
// polls. Thread-safe; starts no thread.
class Scheduler {
 public:
  // Not owned; outlive the scheduler.
  Scheduler(Store* store, SlotSource* slots, LeaseSink* sink, Clock* clock);
  // Waits for the writes of the last round: the store commits or ends first.
  ~Scheduler();

  // Something changed: an item was added or a slot became free.
  void Wake();

  // One round: offers every free slot the next item that fits, in one write
  // per lease. GPUs are offered before CPUs, and of each kind those with less
  // memory first. Rounds do not overlap; Wake during one causes another.
  void RunOnce();

  // Blocks until the last round is over and there is reason for another: a
  // wake, or an item whose time has come. False after Stop.
  bool WaitForWork();
  void Stop();

 private:
  absl::Status Lease(Transaction& tx, const FreeSlot& slot, bool last);
  void OnOffered(const FreeSlot& slot, const absl::Status& status);
  void RunAgainAt(absl::Time time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  SlotSource* const slots_;
  LeaseSink* const sink_;
  Clock* const clock_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Offers of the round that are not decided.
  int offers_ ABSL_GUARDED_BY(mutex_) = 0;
  // When the earliest delayed item may be leased, or a failed offer repeated.
  std::optional<absl::Time> next_round_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_SCHEDULER_H_
