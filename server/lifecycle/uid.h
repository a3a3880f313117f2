#ifndef TUNESMITH_SERVER_LIFECYCLE_UID_H_
#define TUNESMITH_SERVER_LIFECYCLE_UID_H_

#include <string>

#include "proto/contract/resource_name.h"

namespace tunesmith::server {

// 128 bits as 32 lower-case hexadecimal digits: 48 of milliseconds since the
// epoch and 80 random ones of the operating system. Never given twice; what is
// made one after the other lies side by side in an index. Its first digits can
// be the same for many, so what is cut from it is cut from its end.
std::string NewUid();

// An id for a resource whose creator named none: "job-" and the first 22 digits
// of its uid, 40 random bits among them.
std::string GeneratedId(ResourceKind kind, const std::string& uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_UID_H_
