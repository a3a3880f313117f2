#include "proto/artifact/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/artifact/file_error.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith {
namespace {

std::string ParentOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::StatusOr<std::string> ReadDescriptor(int fd, const std::string& path,
                                           int64_t max_bytes) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return FileError(errno, "looking at", path);
  if (!S_ISREG(facts.st_mode)) {
    return absl::InvalidArgumentError("not a regular file: " + path);
  }
  absl::Status too_long = absl::OutOfRangeError(
      absl::StrCat("longer than ", max_bytes, " bytes: ", path));
  if (facts.st_size > max_bytes) return too_long;
  // One byte more than expected shows the end, or that the file grew.
  std::string content;
  size_t size = 0;
  size_t step = facts.st_size + 1;
  while (true) {
    content.resize(size + step);
    ssize_t n = read(fd, content.data() + size, step);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(errno, "reading", path);
    size += n;
    if (static_cast<int64_t>(size) > max_bytes) return too_long;
    if (n == 0) break;
    step = std::max<size_t>(content.size() - size, 4096);
  }
  content.resize(size);
  return content;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DurableFileWriter>> DurableFileWriter::Create(
    std::string path) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return FileError(errno, "creating", path);
  return std::unique_ptr<DurableFileWriter>(
      new DurableFileWriter(std::move(path), fd));
}

DurableFileWriter::DurableFileWriter(std::string path, int fd)
    : path_(std::move(path)), fd_(fd) {}

DurableFileWriter::~DurableFileWriter() {
  if (fd_ >= 0) close(fd_);
  if (!closed_) unlink(path_.c_str());
}

absl::Status DurableFileWriter::Append(std::string_view bytes) {
  if (fd_ < 0) {
    return absl::FailedPreconditionError("file is closed: " + path_);
  }
  while (!bytes.empty()) {
    ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return FileError(errno, "writing", path_);
    }
    sha256_.Update(bytes.substr(0, n));
    size_bytes_ += n;
    bytes.remove_prefix(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<FileDigest> DurableFileWriter::Close() {
  if (fd_ < 0) {
    return absl::FailedPreconditionError("file is closed: " + path_);
  }
  if (fsync(fd_) != 0) return FileError(errno, "syncing", path_);
  // After a successful sync, close has nothing left to lose.
  close(std::exchange(fd_, -1));
  closed_ = true;
  return FileDigest{size_bytes_, sha256_.HexDigest()};
}

absl::Status WriteFileDurably(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".tmp";
  // What a crash left behind.
  unlink(temporary.c_str());
  {
    TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<DurableFileWriter> writer,
                               DurableFileWriter::Create(temporary));
    TUNESMITH_RETURN_IF_ERROR(writer->Append(bytes));
    TUNESMITH_RETURN_IF_ERROR(writer->Close().status());
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    absl::Status status = FileError(errno, "renaming to", path);
    unlink(temporary.c_str());
    return status;
  }
  return SyncDirectory(ParentOf(path));
}

absl::Status SyncDirectory(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError(errno, "opening", path);
  absl::Status status =
      fsync(fd) == 0 ? absl::OkStatus() : FileError(errno, "syncing", path);
  close(fd);
  return status;
}

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     int64_t max_bytes) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return FileError(errno, "opening", path);
  absl::StatusOr<std::string> content = ReadDescriptor(fd, path, max_bytes);
  close(fd);
  return content;
}

}  // namespace tunesmith
