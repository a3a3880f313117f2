#ifndef TUNESMITH_PROTO_ARTIFACT_DURABLE_FILE_H_
#define TUNESMITH_PROTO_ARTIFACT_DURABLE_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/artifact/sha256.h"

// Files that survive power loss. Every error names the path; ENOSPC and EDQUOT
// become RESOURCE_EXHAUSTED with reason DISK_FULL.

namespace tunesmith {

// Appends to a new file and hashes on the way. Removes the file unless Close
// succeeded. Not thread-safe.
class DurableFileWriter {
 public:
  // ALREADY_EXISTS when there is such a file.
  static absl::StatusOr<std::unique_ptr<DurableFileWriter>> Create(
      std::string path);
  ~DurableFileWriter();
  DurableFileWriter(const DurableFileWriter&) = delete;
  DurableFileWriter& operator=(const DurableFileWriter&) = delete;

  absl::Status Append(std::string_view bytes);

  // Syncs the file; its directory is the caller's to sync.
  absl::StatusOr<FileDigest> Close();

 private:
  DurableFileWriter(std::string path, int fd);

  const std::string path_;
  int fd_;
  bool closed_ = false;
  int64_t size_bytes_ = 0;
  Sha256 sha256_;
};

// Replaces `path` in one step: temporary name, sync, rename, sync of the
// directory.
absl::Status WriteFileDurably(const std::string& path, std::string_view bytes);

// Syncs the entries of a directory.
absl::Status SyncDirectory(const std::string& path);

// Whole content of a file of at most `max_bytes`. OUT_OF_RANGE when longer.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     int64_t max_bytes);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_ARTIFACT_DURABLE_FILE_H_
