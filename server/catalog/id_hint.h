#ifndef TUNESMITH_SERVER_CATALOG_ID_HINT_H_
#define TUNESMITH_SERVER_CATALOG_ID_HINT_H_

#include <string>

#include "absl/status/status.h"
#include "proto/contract/resource_name.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// NOT_FOUND (RESOURCE_NOT_FOUND) for a model or dataset, with the nearest of
// the tenant's newest ids as a hint; or the error of looking for one.
absl::Status UnknownResource(Connection& db, ResourceKind kind,
                             const std::string& tenant, const std::string& id);

// ALREADY_EXISTS (RESOURCE_EXISTS) in place of a violated constraint; other
// errors as they are.
absl::Status InsertError(const absl::Status& status, const std::string& name);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_ID_HINT_H_
