#include "server/lifecycle/new_job.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/resolve_spec.h"
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/queue_training.h"
#include "server/lifecycle/resource_fields.h"
#include "server/lifecycle/uid.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
constexpr int64_t kMaxPriority = 1000;
constexpr absl::Duration kQueueFullRetry = absl::Seconds(30);
// Of what a job came from.
constexpr int kMaxLineage = 100;

absl::Status CheckLiveJobs(Connection& db, const std::string& tenant,
                           int64_t limit) {
  TUNESMITH_ASSIGN_OR_RETURN(int64_t live, JobTable::CountLive(db, tenant));
  if (live < limit) return absl::OkStatus();
  return QuotaError(
      v1::ERROR_REASON_QUEUE_FULL, "jobs",
      absl::StrCat("too many jobs ", tenant.empty() ? "" : "of the tenant ",
                   "have not ended, limit: ", limit),
      kQueueFullRetry);
}

absl::Status CheckFits(const LifecycleContext& context, const JobDraft& draft) {
  if (!context.could_run) return absl::OkStatus();
  if (context.could_run(
          NeedsOf(draft.job.resolved_spec(), draft.begin.execution()))) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   v1::ERROR_REASON_NO_FITTING_WORKER,
                   "no connected worker has a slot that the job could run in, "
                   "and this server refuses such jobs; see resources in "
                   "job.spec, or start tunesmith-worker on such a machine");
}

void TraceLineage(const v1::Model& base, v1::Job& job) {
  job.add_lineage(base.name());
  for (const std::string& name : base.origin().lineage()) {
    if (job.lineage_size() == kMaxLineage) return;
    job.add_lineage(name);
  }
}

absl::Status StoreJob(Transaction& tx, const LifecycleContext& context,
                      const JobRequestNames& names, JobDraft& draft) {
  v1::Job& job = draft.job;
  job.set_uid(context.new_uid());
  job.set_name(ResourceName(ResourceKind::kJob,
                            names.job_id.empty()
                                ? GeneratedId(ResourceKind::kJob, job.uid())
                                : names.job_id));
  *job.mutable_create_time() = ToWireTime(tx.now());
  if (job.lineage().empty()) TraceLineage(draft.inputs.model.model, job);
  TUNESMITH_RETURN_IF_ERROR(JobTable::Insert(tx, job, draft.inputs.Uids()));
  JobChange change(tx, context, job);
  TUNESMITH_RETURN_IF_ERROR(change.RecordCreation());
  if (draft.checkpoint.has_value()) {
    v1::JobEvent event;
    TUNESMITH_ASSIGN_OR_RETURN(
        *event.mutable_checkpoint(),
        ShareCheckpoint(tx, *draft.checkpoint, change.mutable_job()));
    TUNESMITH_RETURN_IF_ERROR(change.Append(std::move(event)));
  }
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  job = change.job();
  if (job.state() == v1::Job::QUEUED) {
    TUNESMITH_RETURN_IF_ERROR(QueueTraining(tx, context, job, draft.begin));
  }
  tx.OnCommit([observer = context.observer] { observer->OnJobCreated(); });
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckQuota(Connection& db, const LifecycleContext& context,
                        const std::string& tenant) {
  if (context.max_live_jobs_per_tenant > 0) {
    TUNESMITH_RETURN_IF_ERROR(
        CheckLiveJobs(db, tenant, context.max_live_jobs_per_tenant));
  }
  return CheckLiveJobs(db, "", context.max_live_jobs);
}

absl::StatusOr<JobDraft> DraftOf(Connection& db, const std::string& tenant,
                                 const v1::JobSpec& spec) {
  JobDraft draft;
  TUNESMITH_ASSIGN_OR_RETURN(draft.inputs, LoadJobInputs(db, tenant, spec));
  if (std::vector<std::string> failures = draft.inputs.Failures();
      !failures.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     v1::ERROR_REASON_RESOURCE_NOT_READY,
                     absl::StrJoin(failures, "; "));
  }
  ResolvedSpec resolved = ResolveSpec(spec, draft.inputs.View(), "job.spec");
  if (!resolved.violations.empty()) {
    // Before a job exists its fields are to blame, whatever the reason would
    // be called afterwards.
    return InvalidFieldsError(
        resolved.violations,
        resolved.reason == v1::ERROR_REASON_TASK_NOT_SUPPORTED
            ? resolved.reason
            : v1::ERROR_REASON_INVALID_FIELD);
  }
  draft.unchecked = std::move(resolved.unchecked);
  *draft.job.mutable_spec() = spec;
  *draft.job.mutable_resolved_spec() = std::move(resolved.spec);
  draft.job.set_state(draft.unchecked.empty() ? v1::Job::QUEUED
                                              : v1::Job::VALIDATING);
  return draft;
}

void CheckJobNames(const JobRequestNames& names, const FieldScope& scope) {
  CheckNewId("job_id", names.job_id, scope);
  CheckText("request_id", names.request_id, kMaxRequestIdBytes, scope);
}

void CheckJobFields(const v1::Job& job, const FieldScope& scope) {
  CheckDisplayName(job.display_name(), scope);
  CheckLabels(job.labels(), scope);
  scope.CheckInteger("priority", job.priority(), -kMaxPriority, kMaxPriority);
}

void CopyJobFields(const v1::Job& from, v1::Job& to) {
  to.set_display_name(from.display_name());
  *to.mutable_labels() = from.labels();
  to.set_priority(from.priority());
  to.set_preempts(from.preempts());
}

absl::Status CheckJobIdIsFree(Connection& db, const std::string& tenant,
                              const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::Status status = JobTable::Get(db, tenant, id).status();
  if (absl::IsNotFound(status)) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(status);
  return MakeError(absl::StatusCode::kAlreadyExists,
                   v1::ERROR_REASON_RESOURCE_EXISTS,
                   "exists already: " + ResourceName(ResourceKind::kJob, id));
}

absl::StatusOr<JobDraft> MakeJob(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const JobRequestNames& names,
    absl::FunctionRef<absl::StatusOr<JobDraft>()> draft) {
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft made, draft());
  TUNESMITH_RETURN_IF_ERROR(CheckJobIdIsFree(tx.db(), tenant, names.job_id));
  TUNESMITH_RETURN_IF_ERROR(CheckQuota(tx.db(), context, tenant));
  TUNESMITH_RETURN_IF_ERROR(CheckFits(context, made));
  made.job.set_tenant(tenant);
  TUNESMITH_RETURN_IF_ERROR(StoreJob(tx, context, names, made));
  return made;
}

}  // namespace tunesmith::server
