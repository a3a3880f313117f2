#include "proto/contract/base/status_macros.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/record.h"

namespace tunesmith::server {

absl::Status DatasetCatalog::AddFinding(Transaction& tx,
                                        const std::string& tenant,
                                        const std::string& uid,
                                        const v1::Finding& finding) {
  return tx.db()
      .Prepare(
          "INSERT INTO dataset_findings (tenant, dataset_uid, number, record) "
          "VALUES (?1, ?2, 1 + (SELECT COALESCE(MAX(number), 0) FROM "
          "dataset_findings WHERE tenant = ?1 AND dataset_uid = ?2), ?3)")
      .Bind(tenant)
      .Bind(uid)
      .BindBlob(finding.SerializeAsString())
      .Run();
}

absl::Status DatasetCatalog::ClearFindings(Transaction& tx,
                                           const std::string& tenant,
                                           const std::string& uid) {
  return tx.db()
      .Prepare(
          "DELETE FROM dataset_findings WHERE tenant = ? AND dataset_uid = ?")
      .Bind(tenant)
      .Bind(uid)
      .Run();
}

absl::StatusOr<std::vector<v1::Finding>> DatasetCatalog::ListFindings(
    Connection& db, const std::string& tenant, const std::string& uid,
    int64_t after, int limit) {
  Statement statement = db.Prepare(
      "SELECT record FROM dataset_findings WHERE tenant = ? AND "
      "dataset_uid = ? AND number > ? ORDER BY number LIMIT ?");
  statement.Bind(tenant).Bind(uid).Bind(after).Bind(
      static_cast<int64_t>(limit));
  std::vector<v1::Finding> findings;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return findings;
    TUNESMITH_RETURN_IF_ERROR(
        ParseRecord(statement.Text(0), findings.emplace_back()));
  }
}

}  // namespace tunesmith::server
