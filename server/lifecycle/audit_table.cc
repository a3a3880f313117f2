#include "server/lifecycle/audit_table.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {

absl::Status AuditTable::Append(Transaction& tx, const std::string& tenant,
                                v1::AuditRecord record) {
  *record.mutable_time() = ToWireTime(tx.now());
  return tx.db()
      .Prepare(
          "INSERT INTO audit_records (tenant, time, resource, record) "
          "VALUES (?, ?, ?, ?)")
      .Bind(tenant)
      .Bind(tx.now())
      .Bind(record.resource())
      .BindBlob(record.SerializeAsString())
      .Run();
}

absl::StatusOr<std::vector<AuditRow>> AuditTable::List(
    Connection& db, const std::string& tenant, const std::string& resource,
    int64_t before, int limit) {
  // Two statements, each with an index that gives its rows in order; the plus
  // keeps the first from one that does not.
  Statement statement = db.Prepare(
      absl::StrCat("SELECT number, record FROM audit_records WHERE ",
                   resource.empty() ? "+tenant = ?1 AND ?2 = ''"
                                    : "tenant = ?1 AND resource = ?2",
                   " AND number < ?3 ORDER BY number DESC LIMIT ?4"));
  statement.Bind(tenant).Bind(resource).Bind(before).Bind(limit);
  std::vector<AuditRow> rows;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return rows;
    AuditRow& row = rows.emplace_back();
    row.number = statement.Int(0);
    if (!row.record.ParseFromString(statement.Text(1))) {
      return absl::DataLossError(absl::StrCat(
          "damaged audit record in the database, number: ", row.number));
    }
  }
}

}  // namespace tunesmith::server
