#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/resolve_spec.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/fork_point.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_inputs.h"
#include "server/lifecycle/named_job.h"
#include "server/lifecycle/new_job.h"
#include "server/lifecycle/queue_training.h"

// RetryJob.

namespace tunesmith::server {
namespace {

absl::Status CannotRetry(const v1::Job& job, const std::string& why) {
  return IllegalTransitionError(
      job.name(), absl::StrCat(v1::Job::State_Name(job.state()), ": ", why),
      "retry");
}

// The state from which the job ended.
absl::StatusOr<v1::Job::State> EndedFrom(Connection& db, const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<v1::JobEvent> last,
                             EventLog::Read(db, {job.tenant(), job.uid()},
                                            job.last_sequence() - 1, 1));
  if (last.empty() || !last[0].has_state_changed()) {
    return v1::Job::STATE_UNSPECIFIED;
  }
  return last[0].state_changed().from();
}

// Its inputs are those that it was made with, and READY.
absl::StatusOr<JobInputs> CheckInputs(Connection& db, const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(JobInputs inputs,
                             LoadJobInputs(db, job.tenant(), job.spec()));
  TUNESMITH_RETURN_IF_ERROR(CheckSameInputs(db, job, inputs));
  std::vector<std::string> failures = inputs.Failures();
  if (failures.empty()) return inputs;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   v1::ERROR_REASON_RESOURCE_NOT_READY,
                   absl::StrJoin(failures, "; "));
}

// Of a job that was cancelled before its inputs had been looked at.
absl::StatusOr<v1::JobSpec> ResolveAnew(const v1::Job& job,
                                        const JobInputs& inputs) {
  ResolvedSpec resolved = ResolveSpec(job.spec(), inputs.View(), "job.spec");
  if (!resolved.violations.empty()) {
    return CannotRetry(job, absl::StrCat("its spec does not fit its inputs (",
                                         resolved.violations[0].field, ": ",
                                         resolved.violations[0].description,
                                         "); create another one"));
  }
  if (!resolved.unchecked.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     v1::ERROR_REASON_RESOURCE_NOT_READY,
                     absl::StrJoin(resolved.unchecked, "; "));
  }
  return std::move(resolved.spec);
}

absl::Status CheckRetriable(const v1::Job& job, v1::Job::State ended_from) {
  TUNESMITH_RETURN_IF_ERROR(
      NextState(job.name(), job.state(), JobAction::kReopen).status());
  if (job.has_comparison()) {
    return CannotRetry(job,
                       "it repeats another job; verify or reproduce that one "
                       "again");
  }
  if (job.state() == v1::Job::FAILED && ended_from == v1::Job::VALIDATING) {
    return CannotRetry(job,
                       "its spec never fitted its inputs; create another one");
  }
  return absl::OkStatus();
}

// What the next attempt is told: what earlier ones were, because the last bits
// depend on it.
absl::StatusOr<internal::v1::TrainWork> BeginOf(Connection& db,
                                                const v1::Job& job) {
  internal::v1::TrainWork begin;
  if (job.has_execution()) *begin.mutable_execution() = job.execution();
  if (job.forked_from().empty()) return begin;
  TUNESMITH_ASSIGN_OR_RETURN(CheckpointName point,
                             ParseCheckpointName(job.forked_from()));
  begin.set_first_step(point.step);
  begin.set_is_fork(true);
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<CheckpointRow> checkpoints,
      CheckpointTable::List(db, {job.tenant(), job.uid()}));
  // A fork has no other begin than the checkpoint that it shared.
  if (checkpoints.empty()) return CheckpointTable::NoneError(db, job);
  return begin;
}

std::string Message(const v1::Job& job) {
  return absl::StrCat("retried by request, ",
                      job.latest_checkpoint().empty()
                          ? "from the begin"
                          : "from " + job.latest_checkpoint());
}

}  // namespace

absl::StatusOr<v1::Job> RetryJob(Transaction& tx,
                                 const LifecycleContext& context,
                                 const std::string& tenant,
                                 const v1::RetryJobRequest& request) {
  Connection& db = tx.db();
  TUNESMITH_ASSIGN_OR_RETURN(
      JobRow row,
      FindNamedJob(db, tenant, "name", request.name(), request.etag()));
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job::State ended_from, EndedFrom(db, row.job));
  TUNESMITH_RETURN_IF_ERROR(CheckRetriable(row.job, ended_from));
  TUNESMITH_ASSIGN_OR_RETURN(JobInputs inputs, CheckInputs(db, row.job));
  TUNESMITH_ASSIGN_OR_RETURN(internal::v1::TrainWork begin,
                             BeginOf(db, row.job));
  TUNESMITH_RETURN_IF_ERROR(CheckQuota(db, context, tenant));
  JobChange change(tx, context, std::move(row.job));
  if (ended_from == v1::Job::VALIDATING) {
    TUNESMITH_ASSIGN_OR_RETURN(*change.mutable_job().mutable_resolved_spec(),
                               ResolveAnew(change.job(), inputs));
  }
  TUNESMITH_RETURN_IF_ERROR(
      change.Move(JobAction::kReopen, absl::OkStatus(), Message(change.job())));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  TUNESMITH_RETURN_IF_ERROR(QueueTraining(tx, context, change.job(), begin));
  return change.job();
}

}  // namespace tunesmith::server
