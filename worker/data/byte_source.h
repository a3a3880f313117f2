#ifndef TUNESMITH_WORKER_DATA_BYTE_SOURCE_H_
#define TUNESMITH_WORKER_DATA_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tunesmith::worker {

// Bytes from a file's start to its end. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Puts at least one byte and at most `capacity` of them into `buffer`, and
  // says how many; 0 at the end.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t capacity) = 0;
};

// Bytes that a packed file may become, and how many times its own size once it
// is beyond kMinBombBytes: tables of words become 3 to 20 times theirs.
inline constexpr int64_t kMaxUnpackedBytes = int64_t{256} << 30;
inline constexpr int64_t kMaxUnpackedRatio = 200;
inline constexpr int64_t kMinBombBytes = 64 << 20;

// A file; when it is packed with gzip or zstd, as its first bytes show, what is
// in it. Reading ends with MALFORMED_FILE where that is damaged, ends early or
// grows beyond the limits.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

// INVALID_ARGUMENT with reason MALFORMED_FILE.
absl::Status MalformedFileError(const std::string& message);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_BYTE_SOURCE_H_
