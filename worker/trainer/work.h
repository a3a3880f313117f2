#ifndef TUNESMITH_WORKER_TRAINER_WORK_H_
#define TUNESMITH_WORKER_TRAINER_WORK_H_

#include "absl/status/status.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/trainer/work_context.h"

namespace tunesmith::worker {

// Does the assigned item and returns how it ended. Reports events on the way,
// but not the outcome. The one place where exceptions become a status.
internal::v1::Outcome DoWork(const WorkContext& context);

// Whether another attempt may end better than with this error. What depends on
// the user's input alone will not.
bool IsRetryable(const absl::Status& status);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WORK_H_
