#ifndef TUNESMITH_WORKER_FORMATS_MAPPED_FILE_H_
#define TUNESMITH_WORKER_FORMATS_MAPPED_FILE_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace tunesmith::worker {

// A regular file mapped into memory, read only. The file must not shrink while
// it is mapped.
class MappedFile {
 public:
  // NOT_FOUND when there is none; INVALID_ARGUMENT for anything but a regular
  // file. Messages name the path.
  static absl::StatusOr<std::unique_ptr<MappedFile>> Open(
      const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_MAPPED_FILE_H_
