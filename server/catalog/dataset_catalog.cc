#include "server/catalog/dataset_catalog.h"

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/id_hint.h"
#include "server/catalog/record.h"

namespace tunesmith::server {
namespace {

// Column order of every SELECT below; the record goes last.
absl::StatusOr<DatasetRow> ReadRow(const Statement& statement) {
  DatasetRow row;
  row.number = statement.Int(0);
  row.tenant = statement.Text(1);
  row.file_name = statement.Text(2);
  TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(3), row.artifact));
  std::string record = statement.Text(4);
  TUNESMITH_RETURN_IF_ERROR(ParseRecord(record, row.dataset));
  row.dataset.set_etag(EtagOfRecord(record));
  return row;
}

absl::Status CheckChanged(Connection& db, const std::string& uid) {
  if (db.changes() == 1) return absl::OkStatus();
  return absl::InternalError("no record of a dataset, uid: " + uid);
}

}  // namespace

internal::v1::DatasetInput DatasetRow::Input() const {
  internal::v1::DatasetInput input;
  input.set_name(dataset.name());
  *input.mutable_artifact() = artifact;
  input.set_file_name(file_name);
  *input.mutable_format() = dataset.format();
  return input;
}

absl::Status DatasetCatalog::Insert(Transaction& tx, DatasetRow& row) {
  std::string record = RecordOf(row.dataset);
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kDataset, row.dataset.name()));
  absl::Status status =
      tx.db()
          .Prepare(
              "INSERT INTO datasets (tenant, uid, id, state, file_name, "
              "artifact, artifact_key, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
          .Bind(row.tenant)
          .Bind(row.dataset.uid())
          .Bind(id)
          .Bind(static_cast<int64_t>(row.dataset.state()))
          .Bind(row.file_name)
          .BindBlob(row.artifact.SerializeAsString())
          .Bind(row.artifact.key())
          .BindBlob(record)
          .Run();
  TUNESMITH_RETURN_IF_ERROR(InsertError(status, row.dataset.name()));
  row.dataset.set_etag(EtagOfRecord(record));
  return absl::OkStatus();
}

absl::Status DatasetCatalog::Update(Transaction& tx, const std::string& tenant,
                                    const v1::Dataset& dataset) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("UPDATE datasets SET state = ?, record = ? "
                   "WHERE tenant = ? AND uid = ?")
          .Bind(static_cast<int64_t>(dataset.state()))
          .BindBlob(RecordOf(dataset))
          .Bind(tenant)
          .Bind(dataset.uid())
          .Run());
  return CheckChanged(tx.db(), dataset.uid());
}

absl::Status DatasetCatalog::Remove(Transaction& tx, const std::string& tenant,
                                    const std::string& uid) {
  TUNESMITH_RETURN_IF_ERROR(ClearFindings(tx, tenant, uid));
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("DELETE FROM datasets WHERE tenant = ? AND uid = ?")
          .Bind(tenant)
          .Bind(uid)
          .Run());
  return CheckChanged(tx.db(), uid);
}

absl::StatusOr<DatasetRow> DatasetCatalog::Get(Connection& db,
                                               const std::string& tenant,
                                               const std::string& id) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, file_name, artifact, record FROM datasets "
      "WHERE tenant = ? AND id = ?");
  statement.Bind(tenant).Bind(id);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return UnknownResource(db, ResourceKind::kDataset, tenant, id);
  return ReadRow(statement);
}

absl::StatusOr<std::optional<DatasetRow>> DatasetCatalog::FindByUid(
    Connection& db, const std::string& tenant, const std::string& uid) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, file_name, artifact, record FROM datasets "
      "WHERE tenant = ? AND uid = ?");
  statement.Bind(tenant).Bind(uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return ReadRow(statement);
}

absl::StatusOr<std::vector<DatasetRow>> DatasetCatalog::List(
    Connection& db, const std::string& tenant, int64_t before, int limit) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, file_name, artifact, record FROM datasets "
      "WHERE tenant = ? AND number < ? ORDER BY number DESC LIMIT ?");
  statement.Bind(tenant).Bind(before).Bind(static_cast<int64_t>(limit));
  std::vector<DatasetRow> rows;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    TUNESMITH_ASSIGN_OR_RETURN(rows.emplace_back(), ReadRow(statement));
  }
}

absl::StatusOr<std::vector<StoredResource>> DatasetCatalog::ListStored(
    Connection& db) {
  return ReadStored<v1::Dataset>(
      db, "SELECT tenant, artifact, record FROM datasets ORDER BY number");
}

absl::StatusOr<std::vector<std::string>> DatasetCatalog::ArtifactKeys(
    Connection& db) {
  return db.Prepare("SELECT artifact_key FROM datasets").Texts();
}

}  // namespace tunesmith::server
