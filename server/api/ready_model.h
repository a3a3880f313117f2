#ifndef TUNESMITH_SERVER_API_READY_MODEL_H_
#define TUNESMITH_SERVER_API_READY_MODEL_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/catalog/model_catalog.h"
#include "server/store/store.h"

namespace tunesmith::server {

// A model that can be used. NOT_FOUND (RESOURCE_NOT_FOUND),
// FAILED_PRECONDITION (RESOURCE_NOT_READY).
absl::StatusOr<ModelRow> GetReadyModel(Connection& db,
                                       const std::string& tenant,
                                       const std::string& id);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_READY_MODEL_H_
