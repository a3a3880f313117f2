#ifndef TUNESMITH_WORKER_TRAINING_RUN_CHECKPOINTS_H_
#define TUNESMITH_WORKER_TRAINING_RUN_CHECKPOINTS_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "proto/contract/base/clock.h"
#include "worker/training/checkpoint_schedule.h"
#include "worker/training/checkpoint_writer.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// The checkpoints that a run takes: when, and what it tells of them. Used by
// the thread that trains.
class RunCheckpoints {
 public:
  // All outlive it. `store` may be null: then none is taken.
  RunCheckpoints(CheckpointStore* store, const CheckpointPolicy& policy,
                 ModelWriter write_model, TrainingObserver& observer,
                 Clock& clock);

  // The run goes on after this step.
  void Resumed(int64_t step) { schedule_.Taken(step, clock_.Monotonic()); }

  // Whether one is to be taken after this step. Reports one that is written by
  // now.
  bool IsDue(int64_t step, bool improved);

  // Begins to write one; waits for the one before.
  void Begin(const TrainingState& state, const CheckpointTensors& tensors,
             const CheckpointFigures& figures);

  // Waits for one that is being written, and reports what became of it.
  void Finish();

  // Takes one, unless this step has one, and waits for it; no copies are made.
  // FAILED_PRECONDITION without a store; errors of the store.
  absl::Status Save(const TrainingState& state,
                    const CheckpointTensors& tensors,
                    const CheckpointFigures& figures);

  // As Save; does nothing without a store, and one that cannot be written is
  // reported as OnCheckpointFailed.
  void TrySave(const TrainingState& state, const CheckpointTensors& tensors,
               const CheckpointFigures& figures);

 private:
  // Tells of the one that was begun last when it is written; `written`.
  absl::Status Tell(absl::Status written);

  const bool by_step_;
  TrainingObserver& observer_;
  Clock& clock_;
  CheckpointSchedule schedule_;
  // The one that was begun last.
  CheckpointFigures begun_;
  // Step of the last one that is sealed.
  std::optional<int64_t> sealed_step_;
  std::optional<CheckpointWriter> writer_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RUN_CHECKPOINTS_H_
