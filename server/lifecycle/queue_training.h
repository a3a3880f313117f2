#ifndef TUNESMITH_SERVER_LIFECYCLE_QUEUE_TRAINING_H_
#define TUNESMITH_SERVER_LIFECYCLE_QUEUE_TRAINING_H_

#include <string>

#include "absl/status/status.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/job_inputs.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// Adds the work item of a job in QUEUED, whose spec is resolved. The uid of
// the model that it will make is reserved in the item's output key; one that
// measures makes none, and has no such key. `begin`: see JobDraft.
absl::Status QueueTraining(Transaction& tx, const LifecycleContext& context,
                           const v1::Job& job, const JobInputs& inputs,
                           const internal::v1::TrainWork& begin = {});

// `{uid of the output model}/{fence}`.
std::string OutputKey(const std::string& model_uid, int64_t fence);
// The uid in an output key.
std::string ReservedModelUid(const std::string& output_key);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_QUEUE_TRAINING_H_
