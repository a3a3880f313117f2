#ifndef TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_
#define TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// Every artifact key that a record refers to or a running attempt writes to,
// over all tenants. What the store holds beside them can go.
absl::StatusOr<std::vector<std::string>> ArtifactKeysInUse(Connection& db);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_
