#include "worker/formats/file_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {
namespace {

absl::Status WriteError(int error, const std::string& path) {
  absl::Status status =
      absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
  if (error != ENOSPC && error != EDQUOT) return status;
  return ReasonedError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                       std::string(status.message()));
}

}  // namespace

FileWriter::FileWriter(std::string path, int fd)
    : path_(std::move(path)), fd_(fd) {}

FileWriter::~FileWriter() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<std::unique_ptr<FileWriter>> FileWriter::Create(
    std::string path) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return WriteError(errno, path);
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(path), fd));
}

absl::Status FileWriter::Append(std::span<const std::byte> bytes) {
  // Linux writes at most 2 GiB at once.
  constexpr size_t kMaxWrite = 1 << 30;
  while (!bytes.empty()) {
    ssize_t written =
        write(fd_, bytes.data(), std::min(bytes.size(), kMaxWrite));
    if (written < 0) {
      if (errno == EINTR) continue;
      return WriteError(errno, path_);
    }
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status FileWriter::Close() {
  if (close(std::exchange(fd_, -1)) != 0) return WriteError(errno, path_);
  return absl::OkStatus();
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> source,
                             MappedFile::Open(from));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileWriter> target,
                             FileWriter::Create(to));
  TUNESMITH_RETURN_IF_ERROR(target->Append(source->bytes()));
  return target->Close();
}

}  // namespace tunesmith::worker
