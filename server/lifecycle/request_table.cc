#include "server/lifecycle/request_table.h"

#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// No client repeats a request after so long.
constexpr absl::Duration kRequestsAreKept = absl::Hours(7 * 24);
// More than one for each that comes, so that the table shrinks; few, so that
// no write waits for a long one.
constexpr int kForgottenAtOnce = 16;

absl::Status ForgetOld(Transaction& tx) {
  return tx.db()
      .Prepare(
          "DELETE FROM requests WHERE (tenant, request_id) IN (SELECT "
          "tenant, request_id FROM requests WHERE create_time < ? "
          "ORDER BY create_time LIMIT ?)")
      .Bind(tx.now() - kRequestsAreKept)
      .Bind(kForgottenAtOnce)
      .Run();
}

}  // namespace

absl::StatusOr<std::optional<EarlierAnswer>> RequestTable::Find(
    Connection& db, const std::string& tenant, const std::string& request_id) {
  Statement statement = db.Prepare(
      "SELECT body_digest, resource_uid, answer FROM requests "
      "WHERE tenant = ? AND request_id = ?");
  statement.Bind(tenant).Bind(request_id);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return EarlierAnswer{.body_digest = statement.Text(0),
                       .resource_uid = statement.Text(1),
                       .bytes = statement.Text(2)};
}

absl::Status RequestTable::Record(Transaction& tx, const std::string& tenant,
                                  const std::string& request_id,
                                  const EarlierAnswer& answer) {
  TUNESMITH_RETURN_IF_ERROR(ForgetOld(tx));
  Statement statement = tx.db().Prepare(
      "INSERT INTO requests (tenant, request_id, body_digest, resource_uid, "
      "create_time, answer) VALUES (?, ?, ?, ?, ?, ?)");
  statement.Bind(tenant)
      .Bind(request_id)
      .Bind(answer.body_digest)
      .Bind(answer.resource_uid)
      .Bind(tx.now());
  if (answer.resource_uid.empty()) {
    statement.BindBlob(answer.bytes);
  } else {
    statement.BindNull();
  }
  return statement.Run();
}

}  // namespace tunesmith::server
