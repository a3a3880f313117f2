#include "server/lifecycle/checkpoint_table.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

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

absl::StatusOr<std::vector<std::string>> CheckpointTable::ArtifactKeys(
    Connection& db) {
  return db.Prepare("SELECT artifact_key FROM checkpoints").Texts();
}

}  // namespace tunesmith::server
