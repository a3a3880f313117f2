#include "server/lifecycle/checkpoint_table.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {
namespace {

// Empty when no checkpoint of the job was pruned.
absl::StatusOr<std::string> WhyPruned(Connection& db, const v1::Job& job) {
  Statement statement = db.Prepare(
      "SELECT prune_time, cause FROM pruned_checkpoints"
      " WHERE tenant = ? AND job_uid = ?");
  statement.Bind(job.tenant()).Bind(job.uid());
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::string();
  std::string time = absl::FormatTime("%Y-%m-%d %H:%M UTC", statement.Time(0),
                                      absl::UTCTimeZone());
  if (statement.Int(1) == static_cast<int64_t>(PruneCause::kRequest)) {
    return absl::StrCat("they were deleted on request on ", time);
  }
  return absl::StrCat(
      "they were kept for as long as the retention of checkpoints says, and "
      "deleted on ",
      time, " (a job's checkpoints.retention keeps them longer)");
}

}  // namespace

absl::Status CheckpointTable::Insert(Transaction& tx, const JobKey& job,
                                     const CheckpointRow& row) {
  return tx.db()
      .Prepare(
          "INSERT INTO checkpoints (tenant, job_uid, step, artifact,"
          " artifact_key, record) VALUES (?, ?, ?, ?, ?, ?)")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(row.checkpoint.step())
      .BindBlob(row.artifact.SerializeAsString())
      .Bind(row.artifact.key())
      .BindBlob(row.checkpoint.SerializeAsString())
      .Run();
}

absl::Status CheckpointTable::Remove(Transaction& tx, const JobKey& job,
                                     int64_t step) {
  return tx.db()
      .Prepare(
          "DELETE FROM checkpoints"
          " WHERE tenant = ? AND job_uid = ? AND step = ?")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(step)
      .Run();
}

absl::StatusOr<std::vector<CheckpointRow>> CheckpointTable::List(
    Connection& db, const JobKey& job) {
  Statement statement = db.Prepare(
      "SELECT record, artifact FROM checkpoints"
      " WHERE tenant = ? AND job_uid = ? ORDER BY step DESC");
  statement.Bind(job.tenant).Bind(job.uid);
  std::vector<CheckpointRow> rows;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    CheckpointRow& row = rows.emplace_back();
    if (!row.checkpoint.ParseFromString(statement.Text(0)) ||
        !row.artifact.ParseFromString(statement.Text(1))) {
      return absl::DataLossError(
          absl::StrCat("a stored checkpoint cannot be read, job: ", job.uid));
    }
  }
}

absl::StatusOr<CheckpointRow> CheckpointTable::Get(Connection& db,
                                                   const v1::Job& job,
                                                   int64_t step) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             List(db, {job.tenant(), job.uid()}));
  for (CheckpointRow& row : rows) {
    if (row.checkpoint.step() == step) return std::move(row);
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::string hint, WhyPruned(db, job));
  if (!hint.empty()) {
    hint = "of the job's checkpoints, " + hint;
  } else {
    hint = rows.empty() ? "the job has none"
                        : "the newest is " + rows[0].checkpoint.name();
  }
  return ResourceNotFoundError("checkpoint", CheckpointNameOf(job.name(), step),
                               hint);
}

absl::StatusOr<bool> CheckpointTable::Holds(Connection& db,
                                            const std::string& artifact_key) {
  Statement statement =
      db.Prepare("SELECT 1 FROM checkpoints WHERE artifact_key = ? LIMIT 1");
  statement.Bind(artifact_key);
  return statement.Step();
}

absl::StatusOr<bool> CheckpointTable::IsHeldByLiveJob(
    Connection& db, const std::string& artifact_key) {
  Statement statement = db.Prepare(
      "SELECT 1 FROM checkpoints c JOIN jobs j"
      " ON j.tenant = c.tenant AND j.uid = c.job_uid"
      " WHERE c.artifact_key = ? AND j.end_time IS NULL LIMIT 1");
  statement.Bind(artifact_key);
  return statement.Step();
}

absl::Status CheckpointTable::MarkPruned(Transaction& tx, const JobKey& job,
                                         PruneCause cause) {
  return tx.db()
      .Prepare(
          "INSERT OR REPLACE INTO pruned_checkpoints"
          " (tenant, job_uid, prune_time, cause) VALUES (?, ?, ?, ?)")
      .Bind(job.tenant)
      .Bind(job.uid)
      .Bind(tx.now())
      .Bind(static_cast<int64_t>(cause))
      .Run();
}

absl::Status CheckpointTable::NoneError(Connection& db, const v1::Job& job) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string why, WhyPruned(db, job));
  std::string message =
      !why.empty()
          ? absl::StrCat("no checkpoint is left of ", job.name(), ": ", why)
      : job.has_end_time()
          ? absl::StrCat("the job ended without a checkpoint: ", job.name())
          : absl::StrCat("no checkpoint yet: ", job.name());
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   v1::ERROR_REASON_RESOURCE_NOT_READY, message);
}

absl::StatusOr<std::vector<JobKey>> CheckpointTable::ListHolders(
    Connection& db, const JobKey& after, int limit) {
  Statement statement = db.Prepare(
      "SELECT DISTINCT tenant, job_uid FROM checkpoints "
      "WHERE (tenant, job_uid) > (?, ?) ORDER BY tenant, job_uid LIMIT ?");
  statement.Bind(after.tenant).Bind(after.uid).Bind(limit);
  std::vector<JobKey> keys;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return keys;
    keys.push_back({.tenant = statement.Text(0), .uid = statement.Text(1)});
  }
}

absl::StatusOr<std::vector<std::string>> CheckpointTable::ArtifactKeys(
    Connection& db) {
  return db.Prepare("SELECT artifact_key FROM checkpoints").Texts();
}

}  // namespace tunesmith::server
