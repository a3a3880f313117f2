#ifndef TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_COMMANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/checkpoint.pb.h"
#include "tunesmith/v1/job.pb.h"

// What attempts of a job do to its checkpoints, inside a transaction.

namespace tunesmith::server {

// `{uid of the job}-{fence}`: where an attempt writes its checkpoints.
std::string CheckpointGroup(const std::string& job_uid, int64_t fence);

// Tells an attempt's work where it writes checkpoints and which ones it may go
// on from.
absl::Status GiveCheckpoints(Connection& db, const v1::Job& job, int64_t fence,
                             internal::v1::TrainWork& work);

// Records a checkpoint that the attempt of `row` has written, which then
// exists; removes those that are beyond what the policy keeps, and those of
// earlier attempts beyond its step, from where nobody went on. Sets the job's
// `latest_checkpoint` and `best_checkpoint`. INVALID_ARGUMENT (INVALID_FIELD)
// when the report makes no sense.
absl::StatusOr<v1::Checkpoint> RecordCheckpoint(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row,
    const internal::v1::CheckpointReport& report, v1::Job& job);

// Gives a new job another job's checkpoint to begin with; both have its files
// from now on. It is of no attempt and stays as long as no other one of its
// step replaces it. Sets the job's `latest_checkpoint`.
absl::StatusOr<v1::Checkpoint> ShareCheckpoint(Transaction& tx,
                                               CheckpointRow row, v1::Job& job);

struct PrunedCheckpoints {
  int64_t count = 0;
  // What no job has any more: the caller deletes the files once this is on
  // disk.
  std::vector<internal::v1::Artifact> released;
};
// Removes the checkpoints of a job that has ended, but for those that a job
// shares which has not; corrects the job's `latest_checkpoint` and
// `best_checkpoint`. None when there is no such job, or it has not ended.
absl::StatusOr<PrunedCheckpoints> PruneCheckpoints(Transaction& tx,
                                                   const JobKey& key,
                                                   PruneCause cause);

// Removes a job's checkpoints, and their files where no other job shares them.
absl::Status ReleaseCheckpoints(Transaction& tx,
                                const LifecycleContext& context,
                                const v1::Job& job);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_CHECKPOINT_COMMANDS_H_
