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
// measures makes none, and has no such key. `begin`: see JobDraft. What follows
// from job and inputs is left to DescribeTraining, so that a job that waits
// takes little room.
absl::Status QueueTraining(Transaction& tx, const LifecycleContext& context,
                           const v1::Job& job,
                           const internal::v1::TrainWork& begin = {});

// Fills in what a worker is told of a job beside that: spec, inputs, and what
// is trained of each parameter. Nothing of it changes while the job lives:
// its inputs cannot be deleted. An error means that the job cannot run.
absl::Status DescribeTraining(Connection& db, const v1::Job& job,
                              internal::v1::TrainWork& work);

// What a job of this spec needs of a slot; `original` is the execution that it
// repeats, default where it repeats none.
SlotNeeds NeedsOf(const v1::JobSpec& spec, const v1::Execution& original);

// `{uid of the output model}/{fence}`.
std::string OutputKey(const std::string& model_uid, int64_t fence);
// The uid in an output key.
std::string ReservedModelUid(const std::string& output_key);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_QUEUE_TRAINING_H_
