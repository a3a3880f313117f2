#ifndef TUNESMITH_WORKER_TRAINER_RUN_EXECUTION_H_
#define TUNESMITH_WORKER_TRAINER_RUN_EXECUTION_H_

#include "tunesmith/v1/job.pb.h"
#include "worker/trainer/work_context.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Where and with what numerics a run takes place, without what is a training's
// alone.
tunesmith::v1::Execution ExecutionOf(const WorkContext& context,
                                     const TrainingOptions& options);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_EXECUTION_H_
