#include "worker/agent/process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

// The child's ends are moved above the numbers that they will get, so that no
// dup2 overwrites another one's source.
constexpr int kLowestOwnFd = 16;

// A trainer that does not read its channel for so long is lost.
constexpr timeval kSendTimeout = {.tv_sec = 2, .tv_usec = 0};

absl::Status SystemError(std::string_view action) {
  return absl::InternalError(
      absl::StrCat(std::string(action), ": ", strerror(errno)));
}

// Says it with system calls alone.
void Say(const char* text) {
  [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
}

// Pointers to the texts, and a null: as exec takes them.
std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view NameOf(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

// `entries`, and of this process's environment what they do not name.
std::vector<std::string> WithOwnEnvironment(std::vector<std::string> entries) {
  const size_t count = entries.size();
  for (char** own = environ; *own != nullptr; ++own) {
    bool replaced = std::any_of(entries.begin(), entries.begin() + count,
                                [own](const std::string& entry) {
                                  return NameOf(entry) == NameOf(*own);
                                });
    if (!replaced) entries.push_back(*own);
  }
  return entries;
}

// In the child, between fork and exec: only async-signal-safe calls.
[[noreturn]] void BecomeProgram(char* const* arguments,
                                char* const* environment, int channel,
                                int output, int null, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  dup2(channel, kChannelFd);
  close_range(kChannelFd + 1, ~0U, 0);
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(arguments[0], arguments, environment);
  Say("cannot execute ");
  Say(arguments[0]);
  Say(": ");
  Say(strerrordesc_np(errno));
  Say("\n");
  _exit(127);
}

FileDescriptor MoveUp(int fd) {
  FileDescriptor low(fd);
  return FileDescriptor(fcntl(fd, F_DUPFD_CLOEXEC, kLowestOwnFd));
}

}  // namespace

absl::StatusOr<Child> StartChild(const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return SystemError("making a socket pair");
  }
  Child child;
  child.channel = FileDescriptor(pair[0]);
  FileDescriptor channel = MoveUp(pair[1]);
  setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout,
             sizeof(kSendTimeout));
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return SystemError("making a pipe");
  child.output = FileDescriptor(pipe_ends[0]);
  FileDescriptor output = MoveUp(pipe_ends[1]);
  fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  FileDescriptor null = MoveUp(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (channel.get() < 0 || output.get() < 0 || null.get() < 0) {
    return SystemError("preparing the descriptors of a trainer");
  }
  // All that needs memory is made before the fork.
  std::vector<std::string> entries = WithOwnEnvironment(environment);
  std::vector<char*> argv = Pointers(arguments);
  std::vector<char*> envp = Pointers(entries);
  pid_t parent = getpid();
  child.pid = fork();
  if (child.pid < 0) return SystemError("starting a trainer");
  if (child.pid == 0) {
    BecomeProgram(argv.data(), envp.data(), channel.get(), output.get(),
                  null.get(), parent);
  }
  // Here as well: whoever kills the group must find it.
  setpgid(child.pid, child.pid);
  return child;
}

}  // namespace tunesmith::worker
