#include "worker/data/unpacked_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/byte_source.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

class TemporaryFile {
 public:
  TemporaryFile() {
    std::error_code error;
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path(error);
    folder_ = error ? "/tmp" : folder.string();
    fd_ = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd_ >= 0 || errno != EOPNOTSUPP) return;
    // A file system that knows no files without a name.
    std::string path = absl::StrCat(folder_, "/tunesmith-XXXXXX");
    fd_ = mkostemp(path.data(), O_CLOEXEC);
    if (fd_ >= 0) unlink(path.c_str());
  }
  ~TemporaryFile() {
    if (fd_ >= 0) close(fd_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  absl::Status Write(std::string_view bytes) {
    if (fd_ < 0) return Failed();
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return Failed();
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  std::string path() const { return absl::StrCat("/proc/self/fd/", fd_); }

 private:
  absl::Status Failed() const {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("unpacking the archive into ", folder_,
                            " (upload a plain .tar or a .zip, which are read "
                            "where they are)"));
  }

  std::string folder_;
  int fd_ = -1;
};

}  // namespace

bool IsPackedAsAWhole(std::string_view start) {
  return start.starts_with("\x1f\x8b") || start.starts_with("\x28\xb5\x2f\xfd");
}

absl::StatusOr<std::unique_ptr<MappedFile>> UnpackWhole(
    const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                             OpenBytes(path));
  TemporaryFile file;
  std::vector<char> buffer(kBufferBytes);
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(size_t size,
                               source->Read(buffer.data(), buffer.size()));
    if (size == 0) break;
    TUNESMITH_RETURN_IF_ERROR(
        file.Write(std::string_view(buffer.data(), size)));
  }
  return MappedFile::Open(file.path());
}

}  // namespace tunesmith::worker
