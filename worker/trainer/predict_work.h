#ifndef TUNESMITH_WORKER_TRAINER_PREDICT_WORK_H_
#define TUNESMITH_WORKER_TRAINER_PREDICT_WORK_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Loads a model, says so, and answers the batches of the context until none
// came for a minute or somebody asks it to stop. A sample that cannot be used
// has an error of its own. Errors of Predictor::Load and of the tokenizer.
absl::StatusOr<internal::v1::Outcome> DoPredictWork(
    const internal::v1::PredictWork& work, const WorkContext& context);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_PREDICT_WORK_H_
