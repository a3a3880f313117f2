#ifndef TUNESMITH_SERVER_LIFECYCLE_REQUEST_TABLE_H_
#define TUNESMITH_SERVER_LIFECYCLE_REQUEST_TABLE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace tunesmith::server {

// The answer to a request that came before.
struct EarlierAnswer {
  // SHA-256 of the request without its id.
  std::string body_digest;
  // Where the answer is a resource: whose state now is the answer.
  std::string resource_uid;
  // Where it is not: the answer itself, serialized.
  std::string bytes;
};

// Requests that are remembered by the ids that clients gave them; their SQL.
// Stateless.
class RequestTable {
 public:
  static absl::StatusOr<std::optional<EarlierAnswer>> Find(
      Connection& db, const std::string& tenant, const std::string& request_id);
  // Also forgets a few of those that no client repeats any more.
  static absl::Status Record(Transaction& tx, const std::string& tenant,
                             const std::string& request_id,
                             const EarlierAnswer& answer);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_REQUEST_TABLE_H_
