#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/job_change.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/named_job.h"
#include "server/lifecycle/new_job.h"

// UpdateJob.

namespace tunesmith::server {
namespace {

constexpr const char* kPaths[] = {"priority", "labels", "display_name",
                                  "preempts"};

bool Has(const v1::UpdateJobRequest& request, const char* path) {
  const auto& paths = request.update_mask().paths();
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

// The fields that the mask names, and no others.
v1::Job MaskedFields(const v1::UpdateJobRequest& request, v1::Job fields) {
  const v1::Job& asked = request.job();
  if (Has(request, "priority")) fields.set_priority(asked.priority());
  if (Has(request, "labels")) *fields.mutable_labels() = asked.labels();
  if (Has(request, "display_name")) {
    fields.set_display_name(asked.display_name());
  }
  if (Has(request, "preempts")) fields.set_preempts(asked.preempts());
  return fields;
}

absl::Status CheckRequest(const v1::UpdateJobRequest& request) {
  std::vector<FieldViolation> violations;
  const std::string known = absl::StrJoin(kPaths, ", ");
  if (request.update_mask().paths().empty()) {
    violations.push_back({"update_mask", "required: some of " + known});
  }
  for (int i = 0; i < request.update_mask().paths_size(); ++i) {
    const std::string& path = request.update_mask().paths(i);
    if (absl::c_linear_search(kPaths, path)) continue;
    violations.push_back(
        {absl::StrCat("update_mask.paths[", i, "]"),
         absl::StrCat("must be one of ", known, ", got: ", Quoted(path))});
  }
  CheckJobFields(MaskedFields(request, v1::Job()),
                 FieldScope("job", &violations));
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

// Lets a job's waiting work have the place that follows from its record.
absl::Status Reorder(Transaction& tx, const LifecycleContext& context,
                     const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::optional<WorkRow> row,
      WorkQueue::FindBySubject(tx.db(), job.tenant(), job.uid()));
  // In VALIDATING there is none yet.
  if (!row.has_value()) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(
      WorkQueue::SetOrder(tx, row->uid, job.priority(), job.preempts()));
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Job> UpdateJob(Transaction& tx,
                                  const LifecycleContext& context,
                                  const std::string& tenant,
                                  const v1::UpdateJobRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(CheckRequest(request));
  TUNESMITH_ASSIGN_OR_RETURN(
      JobRow row, FindNamedJob(tx.db(), tenant, "job.name",
                               request.job().name(), request.job().etag()));
  const bool reorders = Has(request, "priority") || Has(request, "preempts");
  if (reorders && IsTerminal(row.job.state())) {
    return IllegalTransitionError(row.job.name(),
                                  v1::Job::State_Name(row.job.state()),
                                  "change priority or preempts of");
  }
  JobChange change(tx, context, row.job);
  change.mutable_job() = MaskedFields(request, std::move(row.job));
  TUNESMITH_RETURN_IF_ERROR(change.Save());
  if (Has(request, "labels")) {
    TUNESMITH_RETURN_IF_ERROR(
        JobTable::UpdateLabels(tx, {row.number, change.job()}));
  }
  if (reorders) {
    TUNESMITH_RETURN_IF_ERROR(Reorder(tx, context, change.job()));
  }
  return change.job();
}

}  // namespace tunesmith::server
