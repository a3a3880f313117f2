#include "tests/worker/training/faults/file_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstring>

namespace tunesmith::worker {
namespace {

// Set while no other thread runs, then only read.
char directory_name[PATH_MAX] = "";
FileFaults::Kind kind = FileFaults::Kind::kNone;
int64_t nth_operation = 0;
int error_number = 0;
std::atomic<bool> armed = false;
std::atomic<int64_t> count = 0;

bool IsUnder(const char* path) {
  return std::strncmp(path, directory_name, std::strlen(directory_name)) == 0;
}

bool IsUnder(int fd) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  char path[PATH_MAX];
  ssize_t size = readlink(link, path, sizeof(path) - 1);
  if (size < 0) return false;
  path[size] = 0;
  return IsUnder(path);
}

// Whether the operation on `where`, a path or a descriptor, is to fail.
template <typename Where>
bool GoesWrong(Where where) {
  if (!armed.load() || !IsUnder(where)) return false;
  if (count.fetch_add(1) + 1 != nth_operation) return false;
  if (kind == FileFaults::Kind::kKill) kill(getpid(), SIGKILL);
  if (kind != FileFaults::Kind::kFail) return false;
  errno = error_number;
  return true;
}

int Result(long result) { return static_cast<int>(result); }

}  // namespace

void FileFaults::Arm(const std::string& directory, Kind what, int64_t nth,
                     int error) {
  snprintf(directory_name, sizeof(directory_name), "%s", directory.c_str());
  kind = what;
  nth_operation = nth;
  error_number = error;
  count = 0;
  armed = true;
}

int64_t FileFaults::Disarm() {
  armed = false;
  return count;
}

}  // namespace tunesmith::worker

using tunesmith::worker::GoesWrong;
using tunesmith::worker::Result;

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  if (GoesWrong(fd)) {
    int error = errno;
    syscall(SYS_write, fd, bytes, size / 2);
    errno = error;
    return -1;
  }
  return syscall(SYS_write, fd, bytes, size);
}

int fsync(int fd) {
  return GoesWrong(fd) ? -1 : Result(syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
  return GoesWrong(fd) ? -1 : Result(syscall(SYS_fdatasync, fd));
}

int rename(const char* from, const char* to) noexcept {
  return GoesWrong(from) ? -1 : Result(syscall(SYS_rename, from, to));
}

int mkdir(const char* path, mode_t mode) noexcept {
  return GoesWrong(path) ? -1 : Result(syscall(SYS_mkdir, path, mode));
}

int unlink(const char* path) noexcept {
  return GoesWrong(path) ? -1 : Result(syscall(SYS_unlink, path));
}

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (GoesWrong(path)) return -1;
  }
  return Result(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // extern "C"
