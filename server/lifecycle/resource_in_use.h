#ifndef TUNESMITH_SERVER_LIFECYCLE_RESOURCE_IN_USE_H_
#define TUNESMITH_SERVER_LIFECYCLE_RESOURCE_IN_USE_H_

#include <string>

#include "absl/status/status.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// FAILED_PRECONDITION (RESOURCE_IN_USE) that names a job which has not ended
// and reads the model or dataset; OK when there is none.
absl::Status CheckNotInUse(Connection& db, const std::string& tenant,
                           const std::string& name, const std::string& uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_RESOURCE_IN_USE_H_
