#ifndef TUNESMITH_WORKER_DATA_FILE_BYTES_H_
#define TUNESMITH_WORKER_DATA_FILE_BYTES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/data/byte_source.h"

namespace tunesmith::worker {

// A text file, byte by byte, through a buffer. Not thread-safe.
class FileBytes {
 public:
  // What Get and Peek give at the end, and after a read error.
  static constexpr int kEnd = -1;

  // Opens a file and skips a UTF-8 byte order mark. MALFORMED_FILE when the
  // first bytes are those of UTF-16 or of a well-known binary format.
  static absl::StatusOr<std::unique_ptr<FileBytes>> Open(
      const std::string& path);
  ~FileBytes();
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  int Peek() {
    if (position_ == size_ && !Fill()) return kEnd;
    return static_cast<uint8_t>(buffer_[position_]);
  }
  int Get() {
    int byte = Peek();
    if (byte != kEnd) ++position_;
    return byte;
  }

  // The error that ended the file early, if any.
  const absl::Status& status() const { return status_; }

 private:
  explicit FileBytes(int fd);

  bool Fill();
  absl::Status SkipMark();

  const int fd_;
  std::vector<char> buffer_;
  size_t position_ = 0;
  size_t size_ = 0;
  absl::Status status_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_FILE_BYTES_H_
