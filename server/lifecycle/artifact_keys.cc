#include "server/lifecycle/artifact_keys.h"

#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

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
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> leased,
                             WorkQueue::ListLeased(db));
  for (const WorkRow& row : leased) {
    if (!row.item.has_train()) continue;
    used.keys.insert(row.item.train().output_key());
    used.groups.insert(row.item.train().checkpoint_group());
  }
  return used;
}

}  // namespace tunesmith::server
