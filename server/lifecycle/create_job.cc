#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/jobs/resolve_spec.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/new_job.h"
#include "server/lifecycle/request_digest.h"

namespace tunesmith::server {
namespace {

absl::Status CheckRequest(const v1::CreateJobRequest& request) {
  std::vector<FieldViolation> violations;
  FieldScope scope("", &violations);
  CheckJobNames(NamesOf(request), scope);
  CheckJobFields(request.job(), scope.At("job"));
  for (FieldViolation& violation :
       CheckSpec(request.job().spec(), "job.spec")) {
    violations.push_back(std::move(violation));
  }
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

absl::StatusOr<JobDraft> Draft(Connection& db, const std::string& tenant,
                               const v1::CreateJobRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(CheckRequest(request));
  TUNESMITH_RETURN_IF_ERROR(CheckJobIdIsFree(db, tenant, request.job_id()));
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft,
                             DraftOf(db, tenant, request.job().spec()));
  CopyJobFields(request.job(), draft.job);
  return draft;
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
  TUNESMITH_ASSIGN_OR_RETURN(
      JobDraft made, MakeJob(tx, context, tenant, NamesOf(request),
                             [&] { return Draft(tx.db(), tenant, request); }));
  return Response(std::move(made));
}

absl::StatusOr<v1::CreateJobResponse> ValidateJob(
    Connection& db, const std::string& tenant,
    const v1::CreateJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(JobDraft draft, Draft(db, tenant, request));
  draft.job.set_tenant(tenant);
  return Response(std::move(draft));
}

}  // namespace tunesmith::server
