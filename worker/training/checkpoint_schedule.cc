#include "worker/training/checkpoint_schedule.h"

#include <algorithm>

namespace tunesmith::worker {
namespace {

constexpr absl::Duration kLeastPause = absl::Seconds(30);

}  // namespace

CheckpointSchedule::CheckpointSchedule(const CheckpointPolicy& policy,
                                       int64_t step, absl::Duration now)
    : policy_(policy), last_step_(step), last_time_(now) {}

bool CheckpointSchedule::IsDue(int64_t step, absl::Duration now,
                               bool improved) const {
  if (step == last_step_) return false;
  if (policy_.period_steps.has_value()) {
    return improved || step % *policy_.period_steps == 0;
  }
  absl::Duration period =
      improved ? std::min(policy_.period, kLeastPause) : policy_.period;
  return now - last_time_ >= period;
}

void CheckpointSchedule::Taken(int64_t step, absl::Duration now) {
  last_step_ = step;
  last_time_ = now;
}

}  // namespace tunesmith::worker
