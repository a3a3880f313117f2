#include "server/lifecycle/checkpoint_commands.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/checkpoint_retention.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

// The newest may be damaged, and so may the one before.
constexpr size_t kMaxResumeCandidates = 3;

JobKey KeyOf(const v1::Job& job) { return {job.tenant(), job.uid()}; }

std::string CheckpointKey(const internal::v1::TrainWork& work, int64_t step) {
  return absl::StrCat(work.checkpoint_group(), "/", step);
}

absl::Status CheckReport(const internal::v1::TrainWork& work,
                         const internal::v1::CheckpointReport& report) {
  const internal::v1::Artifact& artifact = report.artifact();
  bool sound = report.step() >= 0 && !artifact.manifest_sha256().empty() &&
               artifact.key() == CheckpointKey(work, report.step());
  if (sound) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_FIELD,
      "a checkpoint is not where it should be, key: " + artifact.key());
}

// Removes the record; true when no other job shares its files.
absl::StatusOr<bool> RemoveRecord(Transaction& tx, const JobKey& job,
                                  const CheckpointRow& row) {
  TUNESMITH_RETURN_IF_ERROR(
      CheckpointTable::Remove(tx, job, row.checkpoint.step()));
  TUNESMITH_ASSIGN_OR_RETURN(
      bool shared, CheckpointTable::Holds(tx.db(), row.artifact.key()));
  return !shared;
}

// Its files go when no other job shares them.
absl::Status Drop(Transaction& tx, const LifecycleContext& context,
                  const v1::Job& job, const CheckpointRow& row) {
  TUNESMITH_ASSIGN_OR_RETURN(bool released, RemoveRecord(tx, KeyOf(job), row));
  if (released) NotifyArtifactReleased(tx, context, row.artifact.key());
  return absl::OkStatus();
}

// `rows`: what the job still has, newest first.
void NameCheckpoints(const std::vector<CheckpointRow>& rows, v1::Job& job) {
  job.clear_latest_checkpoint();
  job.clear_best_checkpoint();
  for (const CheckpointRow& row : rows) {
    const v1::Checkpoint& checkpoint = row.checkpoint;
    if (job.latest_checkpoint().empty()) {
      job.set_latest_checkpoint(checkpoint.name());
    }
    if (job.best_checkpoint().empty() && checkpoint.best()) {
      job.set_best_checkpoint(checkpoint.name());
    }
  }
}

absl::StatusOr<v1::Checkpoint> Add(Transaction& tx, CheckpointRow row,
                                   v1::Job& job) {
  v1::Checkpoint& checkpoint = row.checkpoint;
  checkpoint.set_name(CheckpointNameOf(job.name(), checkpoint.step()));
  *checkpoint.mutable_create_time() = ToWireTime(tx.now());
  TUNESMITH_RETURN_IF_ERROR(CheckpointTable::Insert(tx, KeyOf(job), row));
  job.set_latest_checkpoint(checkpoint.name());
  if (checkpoint.best()) job.set_best_checkpoint(checkpoint.name());
  return std::move(checkpoint);
}

// Drops what `row`, a new one, takes the place of.
absl::Status DropReplaced(Transaction& tx, const LifecycleContext& context,
                          const v1::Job& job, const v1::Checkpoint& added) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(tx.db(), KeyOf(job)));
  for (const CheckpointRow& row : rows) {
    const v1::Checkpoint& earlier = row.checkpoint;
    bool replaced =
        earlier.step() == added.step() ||
        (earlier.step() > added.step() && earlier.attempt() < added.attempt());
    if (replaced) TUNESMITH_RETURN_IF_ERROR(Drop(tx, context, job, row));
  }
  return absl::OkStatus();
}

absl::Status DropExpired(Transaction& tx, const LifecycleContext& context,
                         const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(tx.db(), KeyOf(job)));
  std::vector<v1::Checkpoint> checkpoints;
  for (const CheckpointRow& row : rows) checkpoints.push_back(row.checkpoint);
  for (int64_t step : ExpiredCheckpoints(
           checkpoints, job.resolved_spec().checkpoints().keep_latest())) {
    for (const CheckpointRow& row : rows) {
      // The one that a job began with is its begin.
      if (row.checkpoint.step() != step || row.checkpoint.attempt() == 0) {
        continue;
      }
      TUNESMITH_RETURN_IF_ERROR(Drop(tx, context, job, row));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string CheckpointGroup(const std::string& job_uid, int64_t fence) {
  return absl::StrCat(job_uid, "-", fence);
}

absl::Status GiveCheckpoints(Connection& db, const v1::Job& job, int64_t fence,
                             internal::v1::TrainWork& work) {
  work.set_checkpoint_group(CheckpointGroup(job.uid(), fence));
  work.clear_checkpoints();
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(db, KeyOf(job)));
  if (rows.size() > kMaxResumeCandidates) rows.resize(kMaxResumeCandidates);
  for (CheckpointRow& row : rows) {
    internal::v1::CheckpointInput& input = *work.add_checkpoints();
    input.set_step(row.checkpoint.step());
    *input.mutable_artifact() = std::move(row.artifact);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Checkpoint> RecordCheckpoint(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row,
    const internal::v1::CheckpointReport& report, v1::Job& job) {
  TUNESMITH_RETURN_IF_ERROR(CheckReport(row.item.train(), report));
  CheckpointRow added;
  v1::Checkpoint& checkpoint = added.checkpoint;
  checkpoint.set_step(report.step());
  checkpoint.set_epoch(report.epoch());
  checkpoint.set_attempt(row.attempt);
  checkpoint.set_best(report.best());
  checkpoint.set_size_bytes(report.artifact().size_bytes());
  checkpoint.set_digest(report.digest());
  added.artifact = report.artifact();
  TUNESMITH_RETURN_IF_ERROR(DropReplaced(tx, context, job, checkpoint));
  TUNESMITH_ASSIGN_OR_RETURN(v1::Checkpoint stored,
                             Add(tx, std::move(added), job));
  TUNESMITH_RETURN_IF_ERROR(DropExpired(tx, context, job));
  return stored;
}

absl::StatusOr<v1::Checkpoint> ShareCheckpoint(Transaction& tx,
                                               CheckpointRow row,
                                               v1::Job& job) {
  row.checkpoint.set_attempt(0);
  row.checkpoint.set_best(false);
  return Add(tx, std::move(row), job);
}

absl::StatusOr<PrunedCheckpoints> PruneCheckpoints(Transaction& tx,
                                                   const JobKey& key,
                                                   PruneCause cause) {
  PrunedCheckpoints pruned;
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> found,
                             JobTable::FindByUid(tx.db(), key));
  if (!found.has_value() || !found->job.has_end_time()) return pruned;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(tx.db(), key));
  std::vector<CheckpointRow> kept;
  for (CheckpointRow& row : rows) {
    TUNESMITH_ASSIGN_OR_RETURN(bool needed, CheckpointTable::IsHeldByLiveJob(
                                                tx.db(), row.artifact.key()));
    if (needed) {
      kept.push_back(std::move(row));
      continue;
    }
    TUNESMITH_ASSIGN_OR_RETURN(bool released, RemoveRecord(tx, key, row));
    if (released) pruned.released.push_back(std::move(row.artifact));
    ++pruned.count;
  }
  if (pruned.count == 0) return pruned;
  TUNESMITH_RETURN_IF_ERROR(CheckpointTable::MarkPruned(tx, key, cause));
  NameCheckpoints(kept, found->job);
  TUNESMITH_RETURN_IF_ERROR(JobTable::Update(tx, found->job));
  return pruned;
}

absl::Status ReleaseCheckpoints(Transaction& tx,
                                const LifecycleContext& context,
                                const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(tx.db(), KeyOf(job)));
  for (const CheckpointRow& row : rows) {
    TUNESMITH_RETURN_IF_ERROR(Drop(tx, context, job, row));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
