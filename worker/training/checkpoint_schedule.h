#ifndef TUNESMITH_WORKER_TRAINING_CHECKPOINT_SCHEDULE_H_
#define TUNESMITH_WORKER_TRAINING_CHECKPOINT_SCHEDULE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// When to take the next checkpoint. With a period in steps, the answers are a
// function of the step alone.
class CheckpointSchedule {
 public:
  // `step` and `now`: where and when the run begins or goes on.
  CheckpointSchedule(const CheckpointPolicy& policy, int64_t step,
                     absl::Duration now);

  // After a step; `improved`: an evaluation has just found the weights to be
  // the best so far. Those get a checkpoint of their own, with a period in time
  // only if the last one is some while ago, so that short epochs do not write
  // all the time.
  bool IsDue(int64_t step, absl::Duration now, bool improved) const;

  void Taken(int64_t step, absl::Duration now);

 private:
  const CheckpointPolicy policy_;
  int64_t last_step_;
  absl::Duration last_time_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_CHECKPOINT_SCHEDULE_H_
