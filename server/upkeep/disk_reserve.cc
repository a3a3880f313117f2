#include "server/upkeep/disk_reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// It is not to be the reserve that fills the disk.
constexpr int64_t kPlenty = 4;

std::string DirectoryOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// Room is set aside, or nothing is left of the try.
int Allocate(const std::string& path, int64_t size_bytes) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  int error = posix_fallocate(fd, 0, size_bytes);
  close(fd);
  if (error != 0) unlink(path.c_str());
  return error;
}

}  // namespace

void FileReserve::Release() {
  MutexLock lock(&mutex_);
  unlink(path_.c_str());
  if (held_) spdlog::warn("disk is full: reserve released path={}", path_);
  held_ = false;
}

void FileReserve::Refill() {
  MutexLock lock(&mutex_);
  if (held_) return;
  absl::StatusOr<DiskSpace> space = ReadDiskSpace(DirectoryOf(path_));
  if (!space.ok() || space->free_bytes < kPlenty * size_bytes_) return;
  int error = Allocate(path_, size_bytes_);
  held_ = error == 0;
  if (!held_) {
    spdlog::warn("no disk reserve path={} error=\"{}\"", path_,
                 strerror(error));
  }
}

absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path) {
  struct statvfs facts;
  if (statvfs(path.c_str(), &facts) != 0) {
    return absl::InternalError(absl::StrCat("asking for the disk's room ", path,
                                            ": ", strerror(errno)));
  }
  const int64_t unit = static_cast<int64_t>(facts.f_frsize);
  return DiskSpace{
      .free_bytes = unit * static_cast<int64_t>(facts.f_bavail),
      .capacity_bytes = unit * static_cast<int64_t>(facts.f_blocks)};
}

}  // namespace tunesmith::server
