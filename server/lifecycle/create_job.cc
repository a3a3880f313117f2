#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/resolve_spec.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_inputs.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/queue_training.h"
#include "server/lifecycle/request_digest.h"
#include "server/lifecycle/resource_fields.h"
#include "server/lifecycle/uid.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
constexpr int64_t kMaxPriority = 1000;
constexpr absl::Duration kQueueFullRetry = absl::Seconds(30);

// A job that passed every check, without name, uid and times.
struct JobDraft {
  v1::Job job;
  JobInputs inputs;
  std::vector<std::string> unchecked;
};

absl::Status CheckRequest(const v1::CreateJobRequest& request) {
  std::vector<FieldViolation> violations;
  FieldScope scope("", &violations);
  FieldScope job = scope.At("job");
  CheckNewId("job_id", request.job_id(), scope);
  CheckText("request_id", request.request_id(), kMaxRequestIdBytes, scope);
  CheckDisplayName(request.job().display_name(), job);
  CheckLabels(request.job().labels(), job);
  job.CheckInteger("priority", request.job().priority(), -kMaxPriority,
                   kMaxPriority);
  for (FieldViolation& violation :
       CheckSpec(request.job().spec(), "job.spec")) {
    violations.push_back(std::move(violation));
  }
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

absl::Status CheckIdIsFree(Connection& db, const std::string& tenant,
                           const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  absl::Status status = JobTable::Get(db, tenant, id).status();
  if (absl::IsNotFound(status)) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(status);
  return MakeError(absl::StatusCode::kAlreadyExists,
                   v1::ERROR_REASON_RESOURCE_EXISTS,
                   "exists already: " + ResourceName(ResourceKind::kJob, id));
}

absl::StatusOr<JobDraft> DraftJob(Connection& db, const std::string& tenant,
                                  const v1::CreateJobRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(CheckRequest(request));
  TUNESMITH_RETURN_IF_ERROR(CheckIdIsFree(db, tenant, request.job_id()));
  JobDraft draft;
  const v1::JobSpec& spec = request.job().spec();
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
  draft.unchecked = resolved.unchecked;
  draft.job.set_display_name(request.job().display_name());
  *draft.job.mutable_labels() = request.job().labels();
  draft.job.set_priority(request.job().priority());
  *draft.job.mutable_spec() = spec;
  *draft.job.mutable_resolved_spec() = std::move(resolved.spec);
  draft.job.set_tenant(tenant);
  draft.job.set_state(draft.unchecked.empty() ? v1::Job::QUEUED
                                              : v1::Job::VALIDATING);
  return draft;
}

absl::Status CheckQuota(Connection& db, const LifecycleContext& context) {
  TUNESMITH_ASSIGN_OR_RETURN(auto counts, JobTable::CountByState(db));
  int64_t live = 0;
  for (const auto& [state, count] : counts) {
    if (!IsTerminal(state)) live += count;
  }
  if (live < context.max_live_jobs) return absl::OkStatus();
  return QuotaError(v1::ERROR_REASON_QUEUE_FULL, "jobs",
                    absl::StrCat("too many jobs have not ended, limit: ",
                                 context.max_live_jobs),
                    kQueueFullRetry);
}

// The answer to a request that came before, as its job is now.
absl::StatusOr<v1::CreateJobResponse> AnswerAgain(
    Connection& db, const std::string& tenant, const EarlierRequest& earlier,
    const v1::CreateJobRequest& request) {
  if (earlier.body_digest != RequestDigest(request)) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_REQUEST_ID_REUSED,
        "request_id came before with another request: " + request.request_id());
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<JobRow> row,
      JobTable::FindByUid(db, {tenant, earlier.job_uid}));
  if (!row.has_value()) {
    return ResourceNotFoundError("job", earlier.job_uid,
                                 "the job of this request_id was deleted");
  }
  v1::CreateJobResponse response;
  *response.mutable_job() = std::move(row->job);
  return response;
}

absl::Status StoreJob(Transaction& tx, const LifecycleContext& context,
                      const v1::CreateJobRequest& request, JobDraft& draft) {
  v1::Job& job = draft.job;
  job.set_uid(context.new_uid());
  job.set_name(ResourceName(ResourceKind::kJob,
                            request.job_id().empty()
                                ? GeneratedId(ResourceKind::kJob, job.uid())
                                : request.job_id()));
  *job.mutable_create_time() = ToWireTime(tx.now());
  TUNESMITH_RETURN_IF_ERROR(JobTable::Insert(tx, job, draft.inputs.Uids()));
  JobChange change(tx, context, job);
  TUNESMITH_RETURN_IF_ERROR(change.RecordCreation());
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  job = change.job();
  if (job.state() == v1::Job::QUEUED) {
    TUNESMITH_RETURN_IF_ERROR(QueueTraining(tx, context, job, draft.inputs));
  }
  if (!request.request_id().empty()) {
    TUNESMITH_RETURN_IF_ERROR(JobTable::RecordRequest(
        tx, job.tenant(), request.request_id(),
        {.body_digest = RequestDigest(request), .job_uid = job.uid()}));
  }
  tx.OnCommit([observer = context.observer] { observer->OnJobCreated(); });
  return absl::OkStatus();
}

v1::CreateJobResponse Response(JobDraft draft) {
  v1::CreateJobResponse response;
  *response.mutable_job() = std::move(draft.job);
  for (std::string& sentence : draft.unchecked) {
    response.add_unchecked(std::move(sentence));
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::CreateJobResponse> CreateJob(
    Transaction& tx, const LifecycleContext& context, const std::string& tenant,
    const v1::CreateJobRequest& request) {
  if (!request.request_id().empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::optional<EarlierRequest> earlier,
        JobTable::FindRequest(tx.db(), tenant, request.request_id()));
    if (earlier) return AnswerAgain(tx.db(), tenant, *earlier, request);
  }
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft,
                             DraftJob(tx.db(), tenant, request));
  TUNESMITH_RETURN_IF_ERROR(CheckQuota(tx.db(), context));
  TUNESMITH_RETURN_IF_ERROR(StoreJob(tx, context, request, draft));
  return Response(std::move(draft));
}

absl::StatusOr<v1::CreateJobResponse> ValidateJob(
    Connection& db, const std::string& tenant,
    const v1::CreateJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft, DraftJob(db, tenant, request));
  return Response(std::move(draft));
}

}  // namespace tunesmith::server
