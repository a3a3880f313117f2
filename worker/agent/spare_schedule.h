#ifndef TUNESMITH_WORKER_AGENT_SPARE_SCHEDULE_H_
#define TUNESMITH_WORKER_AGENT_SPARE_SCHEDULE_H_

#include "absl/time/time.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::worker {

// When a slot may start its next spare trainer: at once where no item runs,
// otherwise when a start does not disturb it. Pure; times are
// Clock::Monotonic. Not thread-safe.
class SpareSchedule {
 public:
  explicit SpareSchedule(const v1::Slot& slot);

  // An item runs, until OnEnd.
  void OnBegin();
  void OnProgress(const v1::Progress& progress, absl::Duration now);
  // A spare died beside it before it was warm.
  void OnFailedStart();
  void OnEnd();

  // Not before; never while that is not known.
  absl::Duration earliest() const { return earliest_; }

 private:
  const v1::Slot::Purpose purpose_;
  const bool is_gpu_;
  // Whether an item and a spare fit in the memory of the device.
  const bool has_room_;
  // They did not, with this item.
  bool crowded_ = false;
  absl::Duration earliest_ = -absl::InfiniteDuration();
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SPARE_SCHEDULE_H_
