#ifndef TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_TABLE_H_
#define TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/events/event_log.h"
#include "server/store/store.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/checkpoint.pb.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// A checkpoint as it is stored.
struct CheckpointRow {
  v1::Checkpoint checkpoint;
  internal::v1::Artifact artifact;
};

// Why checkpoints of a job that has ended were deleted. The numbers are those
// of the database.
enum class PruneCause {
  // They had been kept for long enough.
  kRetention = 1,
  // Somebody asked for it.
  kRequest = 2,
};

// Checkpoints' SQL. Stateless. A job has at most one of each step.
class CheckpointTable {
 public:
  // INTERNAL when the job has one of the same step.
  static absl::Status Insert(Transaction& tx, const JobKey& job,
                             const CheckpointRow& row);
  // OK when there is none.
  static absl::Status Remove(Transaction& tx, const JobKey& job, int64_t step);

  // Newest first.
  static absl::StatusOr<std::vector<CheckpointRow>> List(Connection& db,
                                                         const JobKey& job);
  // NOT_FOUND (RESOURCE_NOT_FOUND), saying whether it was pruned. `job` as it
  // is stored.
  static absl::StatusOr<CheckpointRow> Get(Connection& db, const v1::Job& job,
                                           int64_t step);
  // Whether any job has a checkpoint there.
  static absl::StatusOr<bool> Holds(Connection& db,
                                    const std::string& artifact_key);
  // Whether a job that has not ended has a checkpoint there.
  static absl::StatusOr<bool> IsHeldByLiveJob(Connection& db,
                                              const std::string& artifact_key);

  // That some or all of a job's checkpoints were deleted now.
  static absl::Status MarkPruned(Transaction& tx, const JobKey& job,
                                 PruneCause cause);
  // FAILED_PRECONDITION (RESOURCE_NOT_READY) for a job that has no checkpoint,
  // saying why.
  static absl::Status NoneError(Connection& db, const v1::Job& job);

  // At most `limit` jobs that have checkpoints, over all tenants, in the order
  // of their keys, from after `after` on.
  static absl::StatusOr<std::vector<JobKey>> ListHolders(Connection& db,
                                                         const JobKey& after,
                                                         int limit);
  // Over all jobs and tenants.
  static absl::StatusOr<std::vector<std::string>> ArtifactKeys(Connection& db);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_TABLE_H_
