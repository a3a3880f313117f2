#include "client/cli/processes/child_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace tunesmith::cli {
namespace {

constexpr int kExecFailed = 127;

// Runs in the child, where only async-signal-safe calls are allowed.
[[noreturn]] void BecomeProgram(pid_t parent, char* const* arguments) {
  // Kill, not terminate: a parent that vanished can no longer insist.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments);
  _exit(kExecFailed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::vector<std::string>& arguments) {
  if (access(arguments[0].c_str(), X_OK) != 0) {
    return absl::NotFoundError(
        absl::StrCat("program is not there: ", arguments[0]));
  }
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "cannot start a process");
  if (pid == 0) BecomeProgram(parent, pointers.data());
  int end_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (end_fd < 0) {
    absl::Status status = absl::ErrnoToStatus(errno, "cannot watch a process");
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return status;
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, end_fd));
}

ChildProcess::~ChildProcess() {
  AwaitEnd(absl::ZeroDuration());
  close(end_fd_);
}

void ChildProcess::Signal(int signal) {
  if (!wait_status_.has_value()) kill(pid_, signal);
}

bool ChildProcess::HasEnded() {
  int status = 0;
  if (!wait_status_.has_value() && waitpid(pid_, &status, WNOHANG) == pid_) {
    wait_status_ = status;
  }
  return wait_status_.has_value();
}

void ChildProcess::AwaitEnd(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (!HasEnded()) {
    absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) {
      Signal(SIGKILL);
      int status = 0;
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      wait_status_ = status;
      return;
    }
    pollfd ended = {.fd = end_fd_, .events = POLLIN, .revents = 0};
    timespec wait = absl::ToTimespec(left);
    ppoll(&ended, 1, &wait, nullptr);
  }
}

std::string ChildProcess::EndText() const {
  if (!wait_status_.has_value()) return "still running";
  if (WIFSIGNALED(*wait_status_)) {
    return absl::StrCat("signal ", WTERMSIG(*wait_status_));
  }
  return absl::StrCat("exit code ", WEXITSTATUS(*wait_status_));
}

}  // namespace tunesmith::cli
