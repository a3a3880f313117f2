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

  // Something changed: an item was added or a slot became free.
  void Wake();

  // One round: offers every free slot the next item that fits, in one write
  // per lease. Rounds do not overlap; Wake during one causes another.
  void RunOnce();

  // Blocks until there is reason for a round: a wake, or an item whose time
  // has come. False after Stop.
  bool WaitForWork();
  void Stop();

 private:
  Store* const store_;
  SlotSource* const slots_;
  LeaseSink* const sink_;
  Clock* const clock_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // When the earliest delayed item may be leased.
  std::optional<absl::Time> next_not_before_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_SCHEDULER_H_
