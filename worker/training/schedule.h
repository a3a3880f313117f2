#ifndef TUNESMITH_WORKER_TRAINING_SCHEDULE_H_
#define TUNESMITH_WORKER_TRAINING_SCHEDULE_H_

#include <cstdint>

#include "worker/training/options.h"

namespace tunesmith::worker {

// How long a run is, in optimizer steps.
struct RunLength {
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;
  int64_t warmup_steps = 0;

  // Epochs that so many steps are.
  double EpochOf(int64_t step) const {
    return static_cast<double>(step) / static_cast<double>(steps_per_epoch);
  }
};

// As Hugging Face's Trainer counts: the last, smaller batch of an epoch is a
// step; fractions of epochs are rounded up. Fractions of warm-up are rounded
// down, so that a run too short for a warm-up has none. `example_count` is at
// least 1.
RunLength PlanRunLength(int64_t example_count, const TrainingOptions& options);

// What the learning rate is multiplied by in step `step`, counted from 0; never
// 0. After the warm-up as transformers'
// get_{linear,cosine,constant}_schedule_with_warmup. W steps of warm-up have
// 1 / (W + 1), 2 / (W + 1), ... of it: theirs begins with 0, which spends the
// first batch, and all of a run of one step, on nothing. One-cycle as torch's
// OneCycleLR with its peak at the last step of the warm-up.
double LearningRateFactor(const Schedule& schedule, int64_t step,
                          const RunLength& length);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_SCHEDULE_H_
