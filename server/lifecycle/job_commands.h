#ifndef TUNESMITH_SERVER_LIFECYCLE_JOB_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_JOB_COMMANDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "tunesmith/v1/job_service.pb.h"

// What users do to jobs, each one function over a transaction. Errors are
// those that proto/tunesmith/v1/job_service.proto lists.

namespace tunesmith::server {

// Checks and resolves the spec, stores the job in VALIDATING or QUEUED with its
// first event, and adds the work item when it is QUEUED.
absl::StatusOr<v1::CreateJobResponse> CreateJob(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const v1::CreateJobRequest& request);

// CreateJob with `validate_only`: reads only.
absl::StatusOr<v1::CreateJobResponse> ValidateJob(
    Connection& db, const std::string& tenant,
    const v1::CreateJobRequest& request);

absl::StatusOr<v1::Job> ForkJob(Transaction& tx,
                                const LifecycleContext& context,
                                const std::string& tenant,
                                const v1::ForkJobRequest& request);

absl::StatusOr<v1::Job> VerifyJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::VerifyJobRequest& request);

absl::StatusOr<v1::Job> ReproduceJob(Transaction& tx,
                                     const LifecycleContext& context,
                                     const std::string& tenant,
                                     const v1::ReproduceJobRequest& request);

absl::StatusOr<v1::Job> UpdateJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::UpdateJobRequest& request);

absl::StatusOr<v1::Job> RetryJob(Transaction& tx,
                                 const LifecycleContext& context,
                                 const std::string& tenant,
                                 const v1::RetryJobRequest& request);

absl::StatusOr<v1::Job> CancelJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::CancelJobRequest& request);

absl::StatusOr<v1::Job> PauseJob(Transaction& tx,
                                 const LifecycleContext& context,
                                 const std::string& tenant,
                                 const v1::PauseJobRequest& request);

absl::StatusOr<v1::Job> ResumeJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::ResumeJobRequest& request);

// Removes the record of a job that has ended, with its checkpoints; whoever
// watches it hears of it.
absl::Status RemoveEndedJob(Transaction& tx, const LifecycleContext& context,
                            v1::Job job);

absl::Status DeleteJob(Transaction& tx, const LifecycleContext& context,
                       const std::string& tenant,
                       const v1::DeleteJobRequest& request);

// Goes on with the jobs in VALIDATING that wait for a model or dataset which
// has just become READY or FAILED.
absl::Status ResumeValidation(Transaction& tx, const LifecycleContext& context,
                              const std::string& tenant,
                              const std::string& resource_uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_JOB_COMMANDS_H_
