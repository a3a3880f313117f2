#include "worker/data/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string_view>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

// First bytes of files that are not tables in plain text.
struct Signature {
  std::string_view bytes;
  const char* message;
};
constexpr Signature kSignatures[] = {
    {"\xff\xfe", "the file is UTF-16 (save it as UTF-8)"},
    {"\xfe\xff", "the file is UTF-16 (save it as UTF-8)"},
    {"PK\x03\x04", "the file is a ZIP archive or spreadsheet (save it as CSV)"},
    {"\x1f\x8b", "the file is compressed with gzip (unpack it)"},
    {"\x28\xb5\x2f\xfd", "the file is compressed with zstd (unpack it)"},
    {"PAR1", "the file is Parquet (set the format's kind to PARQUET)"},
};

}  // namespace

absl::StatusOr<std::unique_ptr<FileBytes>> FileBytes::Open(
    const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "opening the dataset's file");
  std::unique_ptr<FileBytes> file(new FileBytes(fd));
  file->Fill();
  absl::Status status = file->status();
  if (status.ok()) status = file->SkipMark();
  if (!status.ok()) return status;
  return file;
}

FileBytes::FileBytes(int fd) : fd_(fd), buffer_(kBufferBytes) {}

FileBytes::~FileBytes() { close(fd_); }

bool FileBytes::Fill() {
  if (!status_.ok()) return false;
  position_ = 0;
  size_ = 0;
  ssize_t n;
  do {
    n = read(fd_, buffer_.data(), buffer_.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    status_ = absl::ErrnoToStatus(errno, "reading the dataset's file");
    return false;
  }
  size_ = static_cast<size_t>(n);
  return n > 0;
}

absl::Status FileBytes::SkipMark() {
  std::string_view start(buffer_.data(), size_);
  if (start.starts_with("\xef\xbb\xbf")) position_ = 3;
  for (const Signature& signature : kSignatures) {
    if (start.starts_with(signature.bytes)) {
      return MalformedFileError(signature.message);
    }
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
