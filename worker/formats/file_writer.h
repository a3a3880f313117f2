#ifndef TUNESMITH_WORKER_FORMATS_FILE_WRITER_H_
#define TUNESMITH_WORKER_FORMATS_FILE_WRITER_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tunesmith::worker {

// Writes a new file from front to back. Does not sync: whoever seals the
// directory does. Every error names the path; a full disk is
// RESOURCE_EXHAUSTED with reason DISK_FULL.
class FileWriter {
 public:
  // ALREADY_EXISTS when there is such a file.
  static absl::StatusOr<std::unique_ptr<FileWriter>> Create(std::string path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  absl::Status Append(std::span<const std::byte> bytes);
  absl::Status Close();

 private:
  FileWriter(std::string path, int fd);

  const std::string path_;
  int fd_;
};

// Copies a regular file. Errors of MappedFile::Open and of FileWriter.
absl::Status CopyFile(const std::string& from, const std::string& to);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_FILE_WRITER_H_
