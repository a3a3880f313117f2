#ifndef TUNESMITH_SERVER_API_FILE_COPY_H_
#define TUNESMITH_SERVER_API_FILE_COPY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/artifact/sha256.h"

namespace tunesmith::server {

// A name that is safe on every file system and keeps the ending of
// `base_name`: at most 128 of [A-Za-z0-9._-], not hidden, not the manifest's.
std::string SafeFileName(std::string_view base_name);

// RESOURCE_EXHAUSTED (TOO_LARGE): `what` has more than `max_bytes`, which the
// operator set by `flag`.
absl::Status TooLargeError(std::string_view what, int64_t max_bytes,
                           std::string_view flag);

// How far a copy may go.
struct CopyLimits {
  int64_t max_bytes = 0;
  // Sets `max_bytes`, for the message.
  std::string_view flag;
  // Asked before every piece; a copy that should stop is CANCELLED.
  absl::FunctionRef<bool()> should_stop;
};

// Copies all that `fd` has to give into the new file `path`, durably.
absl::StatusOr<FileDigest> CopyToFile(int fd, const std::string& path,
                                      const CopyLimits& limits);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_FILE_COPY_H_
