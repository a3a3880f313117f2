#include "worker/training/train.h"

#include <memory>

#include "proto/contract/base/status_macros.h"
#include "worker/training/torch_errors.h"
#include "worker/training/training_run.h"

namespace tunesmith::worker {
namespace {

absl::Status RunToTheEnd(TrainingRun& run) {
  TUNESMITH_RETURN_IF_ERROR(run.EvaluateBaseline());
  while (!run.Done()) {
    TUNESMITH_RETURN_IF_ERROR(run.TrainEpoch());
    TUNESMITH_RETURN_IF_ERROR(run.EvaluateEpoch());
  }
  TUNESMITH_RETURN_IF_ERROR(run.EvaluateFinal());
  return run.Save();
}

}  // namespace

absl::StatusOr<TrainingResult> Train(const TrainingInputs& inputs,
                                     const TrainingOptions& options,
                                     const TrainingPlaces& places,
                                     TrainingObserver& observer, Clock& clock) {
  return CatchTorchErrors([&]() -> absl::StatusOr<TrainingResult> {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::unique_ptr<TrainingRun> run,
        TrainingRun::Create(inputs, options, places, observer, clock));
    absl::Status status = RunToTheEnd(*run);
    bool stopped = absl::IsCancelled(status) &&
                   run->stop_request() == StopRequest::kCheckpoint;
    if (stopped) status = run->SaveCheckpoint();
    TUNESMITH_RETURN_IF_ERROR(status);
    TrainingResult result = run->TakeResult();
    result.finished = !stopped;
    return result;
  });
}

}  // namespace tunesmith::worker
