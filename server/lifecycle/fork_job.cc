#include <string>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/jobs/fork_spec.h"
#include "server/jobs/resolve_spec.h"
#include "server/lifecycle/fork_point.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/new_job.h"

namespace tunesmith::server {
namespace {

absl::Status CheckRequest(const v1::ForkJobRequest& request) {
  std::vector<FieldViolation> violations = CheckSpecMask(request.update_mask());
  FieldScope scope("", &violations);
  CheckJobNames(NamesOf(request), scope);
  CheckJobFields(request.job(), scope.At("job"));
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

absl::StatusOr<JobDraft> Draft(Connection& db, const std::string& tenant,
                               const v1::ForkJobRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(CheckRequest(request));
  TUNESMITH_ASSIGN_OR_RETURN(ForkPoint point,
                             FindForkPoint(db, tenant, request.name()));
  v1::JobSpec spec = ChangedSpec(point.job.spec(), request.job().spec(),
                                 request.update_mask());
  std::vector<FieldViolation> violations = CheckSpec(spec, "job.spec");
  if (!violations.empty()) return InvalidFieldsError(violations);
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft, DraftOf(db, tenant, spec));
  violations = CheckFork(point.job.resolved_spec(), draft.job.resolved_spec(),
                         point.checkpoint.checkpoint, "job.spec");
  if (!violations.empty()) return InvalidFieldsError(violations);
  TUNESMITH_RETURN_IF_ERROR(CheckSameInputs(db, point.job, draft.inputs));
  CopyJobFields(request.job(), draft.job);
  BeginAt(std::move(point), /*is_fork=*/true, draft);
  return draft;
}

}  // namespace

absl::StatusOr<v1::Job> ForkJob(Transaction& tx,
                                const LifecycleContext& context,
                                const std::string& tenant,
                                const v1::ForkJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(
      JobDraft made, MakeJob(tx, context, tenant, NamesOf(request),
                             [&] { return Draft(tx.db(), tenant, request); }));
  return std::move(made.job);
}

}  // namespace tunesmith::server
