#ifndef TUNESMITH_WORKER_DATA_FILE_BYTES_H_
#define TUNESMITH_WORKER_DATA_FILE_BYTES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/data/byte_source.h"
#include "worker/data/finding.h"
#include "worker/data/text_encoding.h"

namespace tunesmith::worker {

// A text file, unpacked and turned into UTF-8, byte by byte through a buffer.
// Bytes that are no character in the file's encoding are none in UTF-8 either.
// Not thread-safe.
class FileBytes {
 public:
  // What Get and Peek give at the end, and after a read error.
  static constexpr int kEnd = -1;

  // Opens a file and skips a byte order mark. MALFORMED_FILE when its first
  // bytes are those of another kind of file, or its mark says another encoding
  // than `encoding`.
  static absl::StatusOr<std::unique_ptr<FileBytes>> Open(
      const std::string& path, TextEncoding encoding);

  int Peek() {
    if (position_ == buffer_.size() && !Fill()) return kEnd;
    return static_cast<uint8_t>(buffer_[position_]);
  }
  int Get() {
    int byte = Peek();
    if (byte != kEnd) {
      ++position_;
      line_ += byte == line_end_;
    }
    return byte;
  }

  // The text that comes next, as far as it is there: never nothing before the
  // end, and up to 64 KiB before the first Get.
  std::string_view Upcoming() {
    Peek();
    return std::string_view(buffer_).substr(position_);
  }

  // The line that the next byte is in, counted from 1.
  int64_t line() const { return line_; }
  // From now on lines end with a carriage return, and not with a line feed.
  void EndLinesWithReturns() { line_end_ = '\r'; }
  bool ends_lines_with_returns() const { return line_end_ == '\r'; }

  TextEncoding encoding() const { return decoder_.encoding(); }

  // OTHER_ENCODING, where the encoding was told without a mark, or the file
  // seems to be in another one than was said.
  std::vector<DataFinding> Findings() const;

  // The error that ended the file early, if any.
  const absl::Status& status() const { return status_; }

 private:
  FileBytes(std::unique_ptr<ByteSource> source, TextEncoding encoding)
      : source_(std::move(source)), decoder_(encoding) {}

  bool Fill();

  const std::unique_ptr<ByteSource> source_;
  Decoder decoder_;
  std::vector<char> encoded_;
  std::string buffer_;
  size_t position_ = 0;
  int line_end_ = '\n';
  int64_t line_ = 1;
  bool ended_ = false;
  // Of the file's first bytes.
  std::vector<DataFinding> findings_;
  absl::Status status_;
};

// Whether a file that begins with `start` has lines that end with a carriage
// return alone. With `quoted`, what stands in double quotes does not count.
bool EndsLinesWithReturns(std::string_view start, bool quoted);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_FILE_BYTES_H_
