#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

// No client repeats a request after so long.
constexpr absl::Duration kRequestsAreKept = absl::Hours(7 * 24);

}  // namespace

absl::StatusOr<std::optional<EarlierRequest>> JobTable::FindRequest(
    Connection& db, const std::string& tenant, const std::string& request_id) {
  Statement statement = db.Prepare(
      "SELECT body_digest, resource_uid FROM requests "
      "WHERE tenant = ? AND request_id = ?");
  statement.Bind(tenant).Bind(request_id);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::nullopt;
  return EarlierRequest{statement.Text(0), statement.Text(1)};
}

absl::Status JobTable::RecordRequest(Transaction& tx, const std::string& tenant,
                                     const std::string& request_id,
                                     const EarlierRequest& request) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("DELETE FROM requests WHERE create_time < ?")
          .Bind(tx.now() - kRequestsAreKept)
          .Run());
  return tx.db()
      .Prepare(
          "INSERT INTO requests (tenant, request_id, body_digest, resource_uid, "
          "create_time) VALUES (?, ?, ?, ?, ?)")
      .Bind(tenant)
      .Bind(request_id)
      .Bind(request.body_digest)
      .Bind(request.job_uid)
      .Bind(tx.now())
      .Run();
}

}  // namespace tunesmith::server
