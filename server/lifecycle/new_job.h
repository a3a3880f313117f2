#ifndef TUNESMITH_SERVER_LIFECYCLE_NEW_JOB_H_
#define TUNESMITH_SERVER_LIFECYCLE_NEW_JOB_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/field_scope.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/job_inputs.h"
#include "server/store/store.h"
#include "tunesmith/v1/job.pb.h"

// What CreateJob, ForkJob, VerifyJob and ReproduceJob have in common.

namespace tunesmith::server {

// A job that passed every check, without name, uid and times.
struct JobDraft {
  v1::Job job;
  JobInputs inputs;
  // What an input that is not READY leaves open, one sentence each.
  std::vector<std::string> unchecked;
  // Another job's, that it begins with.
  std::optional<CheckpointRow> checkpoint;
  // What its first attempt is told beside what follows from the job:
  // `first_step`, `is_fork`, `last_step`, `execution`.
  internal::v1::TrainWork begin;
};

// A draft of this spec, which has passed CheckSpec: its inputs are there and it
// is resolved against them. QUEUED, or VALIDATING where something is unchecked.
// NOT_FOUND, FAILED_PRECONDITION (RESOURCE_NOT_READY), INVALID_ARGUMENT.
absl::StatusOr<JobDraft> DraftOf(Connection& db, const std::string& tenant,
                                 const v1::JobSpec& spec);

// How a client names the job that it asks for.
struct JobRequestNames {
  std::string job_id;
  std::string request_id;
};

template <typename Request>
JobRequestNames NamesOf(const Request& request) {
  return {request.job_id(), request.request_id()};
}

// Adds what is wrong with `job_id` and `request_id`.
void CheckJobNames(const JobRequestNames& names, const FieldScope& scope);

// What users say of any job: `display_name`, `labels`, `priority`.
void CheckJobFields(const v1::Job& job, const FieldScope& scope);
void CopyJobFields(const v1::Job& from, v1::Job& to);

// ALREADY_EXISTS (RESOURCE_EXISTS).
absl::Status CheckJobIdIsFree(Connection& db, const std::string& tenant,
                              const std::string& id);

// RESOURCE_EXHAUSTED (QUEUE_FULL) where as many jobs live as may.
absl::Status CheckQuota(Connection& db, const LifecycleContext& context,
                        const std::string& tenant);

// Stores what `draft` gives: the job with its first events, its checkpoint and,
// when it is QUEUED, its work item. RESOURCE_EXHAUSTED (QUEUE_FULL), errors of
// `draft`.
absl::StatusOr<JobDraft> MakeJob(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const JobRequestNames& names,
    absl::FunctionRef<absl::StatusOr<JobDraft>()> draft);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_NEW_JOB_H_
