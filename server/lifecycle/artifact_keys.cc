#include "server/lifecycle/artifact_keys.h"

#include <utility>

#include "proto/contract/base/status_macros.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

absl::StatusOr<std::vector<std::string>> ArtifactKeysInUse(Connection& db) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                             DatasetCatalog::ArtifactKeys(db));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> models,
                             ModelCatalog::ArtifactKeys(db));
  for (std::string& key : models) keys.push_back(std::move(key));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> leased,
                             WorkQueue::ListLeased(db));
  for (const WorkRow& row : leased) {
    if (row.item.has_train()) keys.push_back(row.item.train().output_key());
  }
  return keys;
}

}  // namespace tunesmith::server
