#ifndef TUNESMITH_WORKER_TRAINER_EVALUATE_WORK_H_
#define TUNESMITH_WORKER_TRAINER_EVALUATE_WORK_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Measures the base model of a job whose purpose is EVALUATE, as it is and in
// fp32, on its test data: the final evaluation of a training, without one.
// Errors of MakeSampleKind, PrepareEvaluation, Predictor and RunEnd.
absl::StatusOr<internal::v1::Outcome> DoEvaluateWork(
    const internal::v1::TrainWork& work, const WorkContext& context);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_EVALUATE_WORK_H_
