#include <optional>
#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/model_catalog.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/cancel_jobs.h"
#include "server/lifecycle/catalog_commands.h"
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/named_job.h"

// CancelJob, PauseJob, ResumeJob and DeleteJob.

namespace tunesmith::server {
namespace {

// A job by the name and etag of a request.
template <typename Request>
absl::StatusOr<v1::Job> FindJob(Connection& db, const std::string& tenant,
                                const Request& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      JobRow row,
      FindNamedJob(db, tenant, "name", request.name(), request.etag()));
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

// Where it is still there: another one can have its name by now.
absl::Status DeleteOutputModel(Transaction& tx, const LifecycleContext& context,
                               const v1::Job& job) {
  if (job.output_model().empty()) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kModel, job.output_model()));
  absl::StatusOr<ModelRow> row = ModelCatalog::Get(tx.db(), job.tenant(), id);
  if (absl::IsNotFound(row.status())) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(row.status());
  if (row->model.origin().job() != job.name()) return absl::OkStatus();
  return DeleteModel(tx, context, job.tenant(), id);
}

}  // namespace

absl::StatusOr<v1::Job> CancelStoredJob(Transaction& tx,
                                        const LifecycleContext& context,
                                        v1::Job job) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job::State to,
      NextState(job.name(), job.state(), JobAction::kCancel));
  if (to == job.state()) return job;
  JobChange change(tx, context, std::move(job));
  TUNESMITH_RETURN_IF_ERROR(change.Move(JobAction::kCancel, absl::OkStatus(),
                                        "cancelled by request"));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  const v1::Job& changed = change.job();
  TUNESMITH_RETURN_IF_ERROR(
      to == v1::Job::CANCELLING
          ? TellWorker(tx, context, changed, StopKind::kCancel)
          : RemoveWorkOf(tx, context, changed.tenant(), changed.uid()));
  return changed;
}

absl::StatusOr<v1::Job> CancelJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::CancelJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, FindJob(tx.db(), tenant, request));
  return CancelStoredJob(tx, context, std::move(job));
}

absl::StatusOr<v1::Job> PauseJob(Transaction& tx,
                                 const LifecycleContext& context,
                                 const std::string& tenant,
                                 const v1::PauseJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, FindJob(tx.db(), tenant, request));
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
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, FindJob(tx.db(), tenant, request));
  JobChange change(tx, context, std::move(job));
  TUNESMITH_RETURN_IF_ERROR(
      change.Move(JobAction::kResume, absl::OkStatus(), "resumed by request"));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, FindWork(tx.db(), change.job()));
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::Release(tx, row.uid));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return change.job();
}

absl::Status RemoveEndedJob(Transaction& tx, const LifecycleContext& context,
                            v1::Job job) {
  TUNESMITH_RETURN_IF_ERROR(ReleaseCheckpoints(tx, context, job));
  TUNESMITH_RETURN_IF_ERROR(JobTable::Remove(tx, {job.tenant(), job.uid()}));
  tx.OnCommit(
      [hub = context.hub, job = std::move(job)] { hub->NotifyDeleted(job); });
  return absl::OkStatus();
}

absl::Status DeleteJob(Transaction& tx, const LifecycleContext& context,
                       const std::string& tenant,
                       const v1::DeleteJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, FindJob(tx.db(), tenant, request));
  TUNESMITH_RETURN_IF_ERROR(
      NextState(job.name(), job.state(), JobAction::kDelete).status());
  if (request.delete_model()) {
    TUNESMITH_RETURN_IF_ERROR(DeleteOutputModel(tx, context, job));
  }
  return RemoveEndedJob(tx, context, std::move(job));
}

}  // namespace tunesmith::server
