#include <optional>
#include <string>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/lease_effects.h"

// CancelJob, PauseJob, ResumeJob and DeleteJob.

namespace tunesmith::server {
namespace {

// A job by the name and etag of a request.
absl::StatusOr<v1::Job> FindJob(Connection& db, const std::string& tenant,
                                const std::string& name,
                                const std::string& etag) {
  absl::StatusOr<std::string> id = ParseResourceName(ResourceKind::kJob, name);
  if (!id.ok()) {
    return InvalidFieldsError({{"name", std::string(id.status().message())}});
  }
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Get(db, tenant, *id));
  if (!etag.empty() && etag != row.job.etag()) {
    return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_STALE_ETAG,
                     "the job changed meanwhile, etag now: " + row.job.etag());
  }
  return std::move(row.job);
}

absl::StatusOr<WorkRow> FindWork(Connection& db, const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<WorkRow> row,
      WorkQueue::FindBySubject(db, job.tenant(), job.uid()));
  if (!row.has_value()) {
    return absl::InternalError("a live job has no work item: " + job.name());
  }
  return *std::move(row);
}

absl::Status TellWorker(Transaction& tx, const LifecycleContext& context,
                        const v1::Job& job, StopKind stop) {
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, FindWork(tx.db(), job));
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::SetStop(tx, row.uid, stop));
  NotifyAssignmentsChanged(tx, context, row);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Job> CancelJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::CancelJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job job, FindJob(tx.db(), tenant, request.name(), request.etag()));
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job::State to,
      NextState(job.name(), job.state(), JobAction::kCancel));
  if (to == job.state()) return job;
  JobChange change(tx, context, std::move(job));
  TUNESMITH_RETURN_IF_ERROR(change.Move(JobAction::kCancel, absl::OkStatus(),
                                        "cancelled by request"));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  if (to == v1::Job::CANCELLING) {
    TUNESMITH_RETURN_IF_ERROR(
        TellWorker(tx, context, change.job(), StopKind::kCancel));
  } else {
    TUNESMITH_RETURN_IF_ERROR(
        RemoveWorkOf(tx, context, tenant, change.job().uid()));
  }
  return change.job();
}

absl::StatusOr<v1::Job> PauseJob(Transaction& tx,
                                 const LifecycleContext& context,
                                 const std::string& tenant,
                                 const v1::PauseJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job job, FindJob(tx.db(), tenant, request.name(), request.etag()));
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job::State to, NextState(job.name(), job.state(), JobAction::kPause));
  if (to == job.state()) return job;
  JobChange change(tx, context, std::move(job));
  TUNESMITH_RETURN_IF_ERROR(
      change.Move(JobAction::kPause, absl::OkStatus(), "paused by request"));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  if (to == v1::Job::PAUSING) {
    TUNESMITH_RETURN_IF_ERROR(
        TellWorker(tx, context, change.job(), StopKind::kSuspend));
  } else {
    TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, FindWork(tx.db(), change.job()));
    TUNESMITH_RETURN_IF_ERROR(WorkQueue::Hold(tx, row.uid));
  }
  return change.job();
}

absl::StatusOr<v1::Job> ResumeJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::ResumeJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job job, FindJob(tx.db(), tenant, request.name(), request.etag()));
  JobChange change(tx, context, std::move(job));
  TUNESMITH_RETURN_IF_ERROR(
      change.Move(JobAction::kResume, absl::OkStatus(), "resumed by request"));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, FindWork(tx.db(), change.job()));
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Release(tx, row.uid));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return change.job();
}

absl::Status DeleteJob(Transaction& tx, const LifecycleContext& context,
                       const std::string& tenant,
                       const v1::DeleteJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job job, FindJob(tx.db(), tenant, request.name(), request.etag()));
  TUNESMITH_RETURN_IF_ERROR(
      NextState(job.name(), job.state(), JobAction::kDelete).status());
  TUNESMITH_RETURN_IF_ERROR(ReleaseCheckpoints(tx, context, job));
  JobKey key{tenant, job.uid()};
  TUNESMITH_RETURN_IF_ERROR(JobTable::Remove(tx, key));
  // Whoever watches it finds it gone.
  tx.OnCommit([hub = context.hub, key] { hub->NotifyEvents(key); });
  return absl::OkStatus();
}

}  // namespace tunesmith::server
