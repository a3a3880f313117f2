#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/jobs/resolve_spec.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_inputs.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/queue_training.h"

namespace tunesmith::server {
namespace {

// Why a job cannot go on, from what is known of its inputs; OK when nothing
// speaks against it.
absl::Status Objection(const JobInputs& inputs, const ResolvedSpec& resolved) {
  if (std::vector<std::string> failures = inputs.Failures();
      !failures.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     v1::ERROR_REASON_INPUT_FAILED,
                     absl::StrJoin(failures, "; "));
  }
  if (!resolved.violations.empty()) {
    return InvalidFieldsError(resolved.violations, resolved.reason);
  }
  return absl::OkStatus();
}

absl::Status ResumeJob(Transaction& tx, const LifecycleContext& context,
                       v1::Job job) {
  TUNESMITH_ASSIGN_OR_RETURN(JobInputs inputs,
                             LoadJobInputs(tx.db(), job.tenant(), job.spec()));
  ResolvedSpec resolved = ResolveSpec(job.spec(), inputs.View(), "job.spec");
  JobChange change(tx, context, std::move(job));
  *change.mutable_job().mutable_resolved_spec() = resolved.spec;
  absl::Status objection = Objection(inputs, resolved);
  if (!objection.ok()) {
    TUNESMITH_RETURN_IF_ERROR(change.Move(JobAction::kReject, objection, ""));
  } else if (resolved.unchecked.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        change.Move(JobAction::kResolve, absl::OkStatus(), ""));
    TUNESMITH_RETURN_IF_ERROR(QueueTraining(tx, context, change.job()));
  }
  return change.Save();
}

}  // namespace

absl::Status ResumeValidation(Transaction& tx, const LifecycleContext& context,
                              const std::string& tenant,
                              const std::string& resource_uid) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<JobRow> rows,
      JobTable::ListWaitingFor(tx.db(), tenant, resource_uid));
  for (JobRow& row : rows) {
    TUNESMITH_RETURN_IF_ERROR(ResumeJob(tx, context, std::move(row.job)));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
