#ifndef TUNESMITH_WORKER_DATA_FILE_SIGNATURE_H_
#define TUNESMITH_WORKER_DATA_FILE_SIGNATURE_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace tunesmith::worker {

// Bytes from a file's start that RefuseOtherFile looks at.
inline constexpr size_t kSignatureBytes = 512;

// MALFORMED_FILE that names the file and the way out, when its first bytes are
// those of a well-known kind that is no table in plain text.
absl::Status RefuseOtherFile(std::string_view start);

// MALFORMED_FILE when it is a git-lfs pointer in place of a file.
absl::Status RefuseLfsPointer(std::string_view start);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_FILE_SIGNATURE_H_
