#include "server/lifecycle/artifact_keys.h"

#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {
namespace {

constexpr char kHasRecord[] =
    "SELECT EXISTS (SELECT 1 FROM datasets WHERE artifact_key = ?1) OR "
    "EXISTS (SELECT 1 FROM models WHERE artifact_key = ?1) OR "
    "EXISTS (SELECT 1 FROM checkpoints WHERE artifact_key = ?1)";

// What running attempts write.
absl::Status AddLeased(Connection& db, ArtifactsInUse& used) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> leased,
                             WorkQueue::ListLeased(db));
  for (const WorkRow& row : leased) {
    if (!row.item.has_train()) continue;
    used.keys.insert(row.item.train().output_key());
    used.groups.insert(row.item.train().checkpoint_group());
  }
  return absl::OkStatus();
}

}  // namespace

bool ArtifactsInUse::Contains(const std::string& key) const {
  return keys.contains(key) || groups.contains(key.substr(0, key.find('/')));
}

absl::StatusOr<ArtifactsInUse> FindArtifactsInUse(Connection& db) {
  ArtifactsInUse used;
  for (auto* list : {&DatasetCatalog::ArtifactKeys, &ModelCatalog::ArtifactKeys,
                     &CheckpointTable::ArtifactKeys}) {
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys, list(db));
    used.keys.insert(keys.begin(), keys.end());
  }
  TUNESMITH_RETURN_IF_ERROR(AddLeased(db, used));
  return used;
}

absl::StatusOr<ArtifactsInUse> FindArtifactsInUse(
    Connection& db, const std::vector<std::string>& keys) {
  ArtifactsInUse used;
  for (const std::string& key : keys) {
    Statement statement = db.Prepare(kHasRecord);
    TUNESMITH_RETURN_IF_ERROR(statement.Bind(key).Step().status());
    if (statement.Int(0) != 0) used.keys.insert(key);
  }
  TUNESMITH_RETURN_IF_ERROR(AddLeased(db, used));
  return used;
}

}  // namespace tunesmith::server
