#ifndef TUNESMITH_PROTO_ARTIFACT_FILE_ERROR_H_
#define TUNESMITH_PROTO_ARTIFACT_FILE_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tunesmith {

// The status of a failed system call on a file: what was tried, the path, and
// the system's words. ENOSPC and EDQUOT become RESOURCE_EXHAUSTED with reason
// DISK_FULL.
absl::Status FileError(int error_number, std::string_view action,
                       const std::string& path);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_FILE_ERROR_H_
