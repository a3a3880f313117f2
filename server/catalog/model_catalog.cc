#include "server/catalog/model_catalog.h"

#include <algorithm>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"
#include "server/catalog/id_hint.h"
#include "server/catalog/record.h"

namespace tunesmith::server {
namespace {

// Column order of every SELECT below.
absl::StatusOr<ModelRow> ReadRow(const Statement& statement) {
  ModelRow row;
  row.number = statement.Int(0);
  row.tenant = statement.Text(1);
  TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(2), row.artifact));
  std::string record = statement.Text(3);
  TUNESMITH_RETURN_IF_ERROR(ParseRecord(record, row.model));
  row.model.set_etag(EtagOfRecord(record));
  TUNESMITH_RETURN_IF_ERROR(ParseRecord(statement.Text(4), row.facts));
  return row;
}

// The `facts` column: the model itself is in another one.
std::string FactsColumn(internal::v1::ModelFacts facts) {
  facts.clear_model();
  return facts.SerializeAsString();
}

absl::Status CheckChanged(Connection& db, const std::string& uid) {
  if (db.changes() == 1) return absl::OkStatus();
  return absl::InternalError("no record of a model, uid: " + uid);
}

bool CanTrainFor(const v1::Model& model, v1::TaskType task) {
  return task == v1::TASK_TYPE_UNSPECIFIED ||
         std::find(model.tasks().begin(), model.tasks().end(), task) !=
             model.tasks().end();
}

}  // namespace

internal::v1::ModelInput ModelRow::Input() const {
  internal::v1::ModelInput input;
  input.set_name(model.name());
  *input.mutable_artifact() = artifact;
  return input;
}

absl::Status ModelCatalog::Insert(Transaction& tx, ModelRow& row) {
  std::string record = RecordOf(row.model);
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string id,
      ParseResourceName(ResourceKind::kModel, row.model.name()));
  absl::Status status =
      tx.db()
          .Prepare(
              "INSERT INTO models (tenant, uid, id, state, family, "
              "parameter_count, artifact, artifact_key, record, facts) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
          .Bind(row.tenant)
          .Bind(row.model.uid())
          .Bind(id)
          .Bind(static_cast<int64_t>(row.model.state()))
          .Bind(row.model.family())
          .Bind(row.model.parameter_count())
          .BindBlob(row.artifact.SerializeAsString())
          .Bind(row.artifact.key())
          .BindBlob(record)
          .BindBlob(FactsColumn(row.facts))
          .Run();
  TUNESMITH_RETURN_IF_ERROR(InsertError(status, row.model.name()));
  row.model.set_etag(EtagOfRecord(record));
  return absl::OkStatus();
}

absl::Status ModelCatalog::Update(Transaction& tx, const std::string& tenant,
                                  const v1::Model& model,
                                  const internal::v1::ModelFacts& facts) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare(
              "UPDATE models SET state = ?, family = ?, parameter_count = ?, "
              "record = ?, facts = ? WHERE tenant = ? AND uid = ?")
          .Bind(static_cast<int64_t>(model.state()))
          .Bind(model.family())
          .Bind(model.parameter_count())
          .BindBlob(RecordOf(model))
          .BindBlob(FactsColumn(facts))
          .Bind(tenant)
          .Bind(model.uid())
          .Run());
  return CheckChanged(tx.db(), model.uid());
}

absl::Status ModelCatalog::Remove(Transaction& tx, const std::string& tenant,
                                  const std::string& uid) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("DELETE FROM models WHERE tenant = ? AND uid = ?")
          .Bind(tenant)
          .Bind(uid)
          .Run());
  return CheckChanged(tx.db(), uid);
}

absl::StatusOr<ModelRow> ModelCatalog::Get(Connection& db,
                                           const std::string& tenant,
                                           const std::string& id) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, artifact, record, facts FROM models "
      "WHERE tenant = ? AND id = ?");
  statement.Bind(tenant).Bind(id);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return UnknownResource(db, ResourceKind::kModel, tenant, id);
  return ReadRow(statement);
}

absl::StatusOr<std::optional<ModelRow>> ModelCatalog::FindByUid(
    Connection& db, const std::string& tenant, const std::string& uid) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, artifact, record, facts FROM models "
      "WHERE tenant = ? AND uid = ?");
  statement.Bind(tenant).Bind(uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return ReadRow(statement);
}

// A model whose size is not known yet is not "at most" any size.
absl::StatusOr<std::vector<ModelRow>> ModelCatalog::List(
    Connection& db, const std::string& tenant, const ModelFilter& filter,
    int64_t before, int limit) {
  Statement statement = db.Prepare(
      "SELECT number, tenant, artifact, record, facts FROM models "
      "WHERE tenant = ?1 AND number < ?2 AND (?3 = '' OR family = ?3) "
      "AND (?4 < 0 OR (state = ?5 AND parameter_count <= ?4)) "
      "ORDER BY number DESC");
  statement.Bind(tenant)
      .Bind(before)
      .Bind(filter.family)
      .Bind(filter.max_parameter_count.value_or(-1))
      .Bind(static_cast<int64_t>(v1::Model::READY));
  std::vector<ModelRow> rows;
  while (static_cast<int>(rows.size()) < limit) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) break;
    TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, ReadRow(statement));
    if (CanTrainFor(row.model, filter.task)) rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<StoredResource>> ModelCatalog::ListStored(
    Connection& db) {
  return ReadStored<v1::Model>(
      db, "SELECT tenant, artifact, record FROM models ORDER BY number");
}

absl::StatusOr<std::vector<std::string>> ModelCatalog::ArtifactKeys(
    Connection& db) {
  return db.Prepare("SELECT artifact_key FROM models").Texts();
}

}  // namespace tunesmith::server
