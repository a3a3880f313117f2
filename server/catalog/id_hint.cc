#include "server/catalog/id_hint.h"

#include <vector>

#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

const char* NewestIds(ResourceKind kind) {
  return kind == ResourceKind::kModel
             ? "SELECT id FROM models WHERE tenant = ? "
               "ORDER BY number DESC LIMIT 1000"
             : "SELECT id FROM datasets WHERE tenant = ? "
               "ORDER BY number DESC LIMIT 1000";
}

}  // namespace

absl::Status UnknownResource(Connection& db, ResourceKind kind,
                             const std::string& tenant, const std::string& id) {
  std::vector<std::string> ids;
  Statement statement = db.Prepare(NewestIds(kind));
  statement.Bind(tenant);
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) break;
    ids.push_back(statement.Text(0));
  }
  std::string nearest = NearestName(id, ids);
  std::string hint = nearest.empty()
                         ? ""
                         : "did you mean " + ResourceName(kind, nearest) + "?";
  return ResourceNotFoundError(TypeOf(kind), ResourceName(kind, id), hint);
}

absl::Status InsertError(const absl::Status& status, const std::string& name) {
  if (status.code() != absl::StatusCode::kAlreadyExists) return status;
  return MakeError(absl::StatusCode::kAlreadyExists,
                   v1::ERROR_REASON_RESOURCE_EXISTS, "exists already: " + name);
}

}  // namespace tunesmith::server
