#ifndef TUNESMITH_SERVER_LIFECYCLE_UID_H_
#define TUNESMITH_SERVER_LIFECYCLE_UID_H_

#include <string>

#include "proto/contract/resource_name.h"

namespace tunesmith::server {

// 128 random bits of the operating system as 32 lower-case hexadecimal digits:
// never given twice.
std::string RandomUid();

// An id for a resource whose creator named none: "job-" and the first digits
// of its uid.
std::string GeneratedId(ResourceKind kind, const std::string& uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_UID_H_
