#include "server/lifecycle/checkpoint_table.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::server {

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
  return ResourceNotFoundError(
      "checkpoint", CheckpointNameOf(job.name(), step),
      rows.empty() ? "the job has none"
                   : "the newest is " + rows[0].checkpoint.name());
}

absl::StatusOr<bool> CheckpointTable::Holds(Connection& db,
                                            const std::string& artifact_key) {
  Statement statement =
      db.Prepare("SELECT 1 FROM checkpoints WHERE artifact_key = ? LIMIT 1");
  statement.Bind(artifact_key);
  return statement.Step();
}

absl::StatusOr<std::vector<std::string>> CheckpointTable::ArtifactKeys(
    Connection& db) {
  return db.Prepare("SELECT artifact_key FROM checkpoints").Texts();
}

}  // namespace tunesmith::server
