#ifndef TUNESMITH_WORKER_TRAINER_TRAIN_WORK_H_
#define TUNESMITH_WORKER_TRAINER_TRAIN_WORK_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Fine-tunes a model: checks the staged files, reads and encodes the data,
// trains, and writes `model/`, `run_record.json` and `report.html` into the
// assignment's output directory, which it seals.
//
// Errors of PrepareClassification, Train, VerifiedArtifact; CANCELLED;
// DEADLINE_EXCEEDED (RUN_TIME_EXCEEDED).
absl::StatusOr<internal::v1::Outcome> DoTrainWork(
    const internal::v1::TrainWork& work, const WorkContext& context);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_TRAIN_WORK_H_
