#ifndef TUNESMITH_WORKER_TRAINER_INSPECT_WORK_H_
#define TUNESMITH_WORKER_TRAINER_INSPECT_WORK_H_

#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Reads a dataset once; reports findings as events and facts as the result.
// Errors of OpenTable and InspectTable, VerifiedDataset.
absl::StatusOr<internal::v1::Outcome> DoInspectWork(
    const internal::v1::InspectWork& work, const WorkContext& context);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_INSPECT_WORK_H_
