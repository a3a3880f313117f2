#include "worker/training/run_checkpoints.h"

#include <utility>

namespace tunesmith::worker {

RunCheckpoints::RunCheckpoints(CheckpointStore* store,
                               const CheckpointPolicy& policy,
                               ModelWriter write_model,
                               TrainingObserver& observer, Clock& clock)
    : by_step_(policy.period_steps.has_value()),
      observer_(observer),
      clock_(clock),
      schedule_(policy, 0, clock.Monotonic()) {
  if (store != nullptr) writer_.emplace(*store, std::move(write_model));
}

bool RunCheckpoints::IsDue(int64_t step, bool improved) {
  if (!writer_.has_value()) return false;
  if (writer_->done()) Finish();
  // One that is due by time can wait for the one before, one that is due by
  // its step cannot.
  if (writer_->busy() && !by_step_) return false;
  return schedule_.IsDue(step, clock_.Monotonic(), improved);
}

void RunCheckpoints::Begin(const TrainingState& state,
                           const CheckpointTensors& tensors,
                           const CheckpointFigures& figures) {
  Finish();
  begun_ = figures;
  absl::Status status = writer_->Begin(state, tensors);
  if (!status.ok()) observer_.OnCheckpointFailed(figures.step, status);
  schedule_.Taken(state.step, clock_.Monotonic());
}

absl::Status RunCheckpoints::Tell(absl::Status written) {
  if (!written.ok()) return written;
  sealed_step_ = begun_.step;
  observer_.OnCheckpoint(begun_);
  return absl::OkStatus();
}

void RunCheckpoints::Finish() {
  if (!writer_.has_value() || !writer_->busy()) return;
  absl::Status status = Tell(writer_->Finish());
  if (!status.ok()) observer_.OnCheckpointFailed(begun_.step, status);
}

absl::Status RunCheckpoints::Save(const TrainingState& state,
                                  const CheckpointTensors& tensors,
                                  const CheckpointFigures& figures) {
  if (!writer_.has_value()) {
    return absl::FailedPreconditionError("there is no place for checkpoints");
  }
  Finish();
  if (sealed_step_ == state.step) return absl::OkStatus();
  begun_ = figures;
  return Tell(writer_->Write(state, tensors));
}

void RunCheckpoints::TrySave(const TrainingState& state,
                             const CheckpointTensors& tensors,
                             const CheckpointFigures& figures) {
  if (!writer_.has_value()) return;
  absl::Status status = Save(state, tensors, figures);
  if (!status.ok()) observer_.OnCheckpointFailed(figures.step, status);
}

}  // namespace tunesmith::worker
