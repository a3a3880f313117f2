#include "worker/trainer/isolation.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {

absl::Status IsolateProcess(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    return absl::ErrnoToStatus(errno, "asking for the parent's death signal");
  }
  if (parent != 0 && getppid() != parent) {
    return absl::AbortedError(
        absl::StrCat("the process that started this one is gone: ", parent));
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return absl::ErrnoToStatus(errno, "giving up new privileges");
  }
  // A core file would hold the user's data.
  rlimit no_core = {0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) {
    return absl::ErrnoToStatus(errno, "turning core files off");
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
