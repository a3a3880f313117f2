#include "server/api/open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/str_split.h"

namespace tunesmith::server {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

OpenResult FromFd(int fd) {
  OpenResult result;
  if (fd < 0) {
    result.error = errno;
  } else {
    result.fd = UniqueFd(fd);
  }
  return result;
}

}  // namespace

OpenResult OpenBeneath(int root, const std::string& path) {
  open_how how = {};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  OpenResult result = FromFd(static_cast<int>(
      syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how,
              sizeof(how))));
  // Old kernels lack the call; some sandboxes refuse it.
  if (result.error == ENOSYS || result.error == EPERM) {
    return WalkBeneath(root, path);
  }
  return result;
}

OpenResult WalkBeneath(int root, const std::string& path) {
  OpenResult current = FromFd(openat(root, ".", kOpenFlags | O_DIRECTORY));
  std::vector<std::string> parts = absl::StrSplit(path, '/', absl::SkipEmpty());
  for (size_t i = 0; i < parts.size() && current.error == 0; ++i) {
    if (parts[i] == "..") {
      current.error = EXDEV;
      break;
    }
    int directory = i + 1 < parts.size() ? O_DIRECTORY : 0;
    OpenResult next = FromFd(openat(current.fd.get(), parts[i].c_str(),
                                    kOpenFlags | O_NOFOLLOW | directory));
    // With O_DIRECTORY a symbolic link shows as "not a directory"; what it is
    // decides between "refused" and "not there".
    if (next.error == ENOTDIR) {
      char target[1];
      if (readlinkat(current.fd.get(), parts[i].c_str(), target, 1) >= 0) {
        next.error = ELOOP;
      }
    }
    current = std::move(next);
  }
  return current;
}

}  // namespace tunesmith::server
