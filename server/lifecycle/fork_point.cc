#include "server/lifecycle/fork_point.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// A checkpoint's name; `step` is below 0 for the newest one.
absl::StatusOr<CheckpointName> ParsePoint(const std::string& name) {
  if (LooksLikeCheckpoint(name)) return ParseCheckpointName(name);
  TUNESMITH_ASSIGN_OR_RETURN(std::string id,
                             ParseResourceName(ResourceKind::kJob, name));
  return CheckpointName{std::move(id), -1};
}

}  // namespace

absl::StatusOr<ForkPoint> FindForkPoint(Connection& db,
                                        const std::string& tenant,
                                        const std::string& name) {
  absl::StatusOr<CheckpointName> parsed = ParsePoint(name);
  if (!parsed.ok()) {
    return InvalidFieldsError(
        {{"name", std::string(parsed.status().message())}});
  }
  TUNESMITH_ASSIGN_OR_RETURN(JobRow row,
                             JobTable::Get(db, tenant, parsed->job_id));
  ForkPoint point;
  if (parsed->step >= 0) {
    TUNESMITH_ASSIGN_OR_RETURN(point.checkpoint,
                               CheckpointTable::Get(db, row.job, parsed->step));
  } else {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                               CheckpointTable::List(db, row.key()));
    if (rows.empty()) {
      return CheckpointTable::NoneError(db, row.job);
    }
    point.checkpoint = std::move(rows[0]);
  }
  point.job = std::move(row.job);
  return point;
}

void BeginAt(ForkPoint point, bool is_fork, JobDraft& draft) {
  const std::string& name = point.checkpoint.checkpoint.name();
  draft.job.set_forked_from(name);
  draft.job.add_lineage(name);
  draft.job.mutable_lineage()->MergeFrom(point.job.lineage());
  draft.begin.set_first_step(point.checkpoint.checkpoint.step());
  draft.begin.set_is_fork(is_fork);
  draft.checkpoint = std::move(point.checkpoint);
}

absl::Status CheckSameInputs(Connection& db, const v1::Job& job,
                             const JobInputs& inputs) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<std::string> then,
      JobTable::InputUids(db, {job.tenant(), job.uid()}));
  std::vector<std::string> now = inputs.Uids();
  // A dataset can be named more than once.
  if (std::set<std::string>(then.begin(), then.end()) ==
      std::set<std::string>(now.begin(), now.end())) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   v1::ERROR_REASON_INPUT_CHANGED,
                   "the model or a dataset that the job names was deleted, and "
                   "another one has its name now: " +
                       job.name());
}

}  // namespace tunesmith::server
