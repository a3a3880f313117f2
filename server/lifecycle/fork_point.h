#ifndef TUNESMITH_SERVER_LIFECYCLE_FORK_POINT_H_
#define TUNESMITH_SERVER_LIFECYCLE_FORK_POINT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/new_job.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job.pb.h"

// Where a new job goes on from another one's checkpoint.

namespace tunesmith::server {

// A job, and one of its checkpoints.
struct ForkPoint {
  v1::Job job;
  CheckpointRow checkpoint;
};

// `name` is `jobs/{job}/checkpoints/{step}`, or `jobs/{job}` for the newest
// one. INVALID_ARGUMENT (INVALID_FIELD: name), NOT_FOUND (RESOURCE_NOT_FOUND),
// FAILED_PRECONDITION (RESOURCE_NOT_READY) when the job has none.
absl::StatusOr<ForkPoint> FindForkPoint(Connection& db,
                                        const std::string& tenant,
                                        const std::string& name);

// Lets `draft` begin there: with the checkpoint, and with a lineage. Whether
// what was measured before counts, `is_fork` says.
void BeginAt(ForkPoint point, bool is_fork, JobDraft& draft);

// FAILED_PRECONDITION (INPUT_CHANGED) unless these are the model and datasets
// that `job` was made with, and not others under their names.
absl::Status CheckSameInputs(Connection& db, const v1::Job& job,
                             const JobInputs& inputs);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_FORK_POINT_H_
