#ifndef TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_
#define TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// Artifacts that a record refers to or a running attempt writes to, over all
// tenants. What the store holds beside them can go.
struct ArtifactsInUse {
  std::set<std::string> keys;
  // First parts of keys: all that begin with one are in use.
  std::set<std::string> groups;

  bool Contains(const std::string& key) const;
};
absl::StatusOr<ArtifactsInUse> FindArtifactsInUse(Connection& db);
// The same of `keys`, whatever else there is: it costs as much as they are.
absl::StatusOr<ArtifactsInUse> FindArtifactsInUse(
    Connection& db, const std::vector<std::string>& keys);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_ARTIFACT_KEYS_H_
