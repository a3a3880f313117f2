#include "server/lifecycle/resource_in_use.h"

#include <optional>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {

absl::Status CheckNotInUse(Connection& db, const std::string& tenant,
                           const std::string& name, const std::string& uid) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<std::string> user,
                             JobTable::FindLiveUser(db, tenant, uid));
  if (!user.has_value()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RESOURCE_IN_USE,
      "a job that has not ended uses " + name + ": " +
          ResourceName(ResourceKind::kJob, *user) + " (cancel it first)");
}

}  // namespace tunesmith::server
