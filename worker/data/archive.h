#ifndef TUNESMITH_WORKER_DATA_ARCHIVE_H_
#define TUNESMITH_WORKER_DATA_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tunesmith::worker {

// Files that an archive may hold.
inline constexpr size_t kMaxArchiveFiles = 5'000'000;
// Bytes of a file's path.
inline constexpr size_t kMaxArchivePathBytes = 4096;

// Regular files in an archive, read one by one and never unpacked. Immutable
// and thread-safe. One member for each format.
class Archive {
 public:
  struct File {
    // As the archive has it, without a leading "./"; any bytes.
    std::string path;
    int64_t size_bytes = 0;
  };

  virtual ~Archive() = default;

  // Sorted by path, so that the order in which they were packed means nothing.
  // Of several with one path the last one counts.
  virtual const std::vector<File>& files() const = 0;

  // Index of a file. NOT_FOUND.
  absl::StatusOr<size_t> Find(const std::string& path) const;

  // The content of the file at `index`. RESOURCE_EXHAUSTED when it is longer
  // than `max_bytes`; DATA_LOSS when it cannot be read.
  virtual absl::StatusOr<std::string> Read(size_t index,
                                           int64_t max_bytes) const = 0;
};

// Zip and tar (ustar, pax and GNU) are told apart by what the file holds.
// INVALID_ARGUMENT with reason MALFORMED_FILE.
absl::StatusOr<std::unique_ptr<Archive>> OpenArchive(const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_ARCHIVE_H_
