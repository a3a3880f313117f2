#include "worker/training/train.h"

#include <memory>

#include "proto/contract/base/status_macros.h"
#include "worker/training/torch_errors.h"
#include "worker/training/training_run.h"

namespace tunesmith::worker {

absl::StatusOr<TrainingResult> Train(const TrainingInputs& inputs,
                                     const TrainingOptions& options,
                                     const std::string& output_directory,
                                     TrainingObserver& observer, Clock& clock) {
  return CatchTorchErrors([&]() -> absl::StatusOr<TrainingResult> {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::unique_ptr<TrainingRun> run,
        TrainingRun::Create(inputs, options, observer, clock));
    TUNESMITH_RETURN_IF_ERROR(run->EvaluateBaseline());
    while (!run->Done()) {
      TUNESMITH_RETURN_IF_ERROR(run->TrainEpoch());
      TUNESMITH_RETURN_IF_ERROR(run->EvaluateEpoch());
    }
    TUNESMITH_RETURN_IF_ERROR(run->EvaluateFinal());
    TUNESMITH_RETURN_IF_ERROR(run->Save(output_directory));
    return run->TakeResult();
  });
}

}  // namespace tunesmith::worker
