#ifndef TUNESMITH_CLIENT_CLI_PROCESSES_CHILD_PROCESS_H_
#define TUNESMITH_CLIENT_CLI_PROCESSES_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tunesmith::cli {

// A program that runs as a child: in a process group of its own, so that a
// terminal's Ctrl-C reaches the parent alone, and killed when the thread that
// started it ends. Start it from a thread that lives as long. The destructor
// kills and reaps what still runs. Not thread-safe.
class ChildProcess {
 public:
  // `arguments[0]` is the program's path. Signals are unblocked in the child.
  // NOT_FOUND: no such program.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Readable once the child has ended, for poll().
  int end_fd() const { return end_fd_; }

  // Does nothing once it has been reaped.
  void Signal(int signal);

  // Whether it has ended; reaps it.
  bool HasEnded();

  // Waits for its end at most `timeout`, then kills it.
  void AwaitEnd(absl::Duration timeout);

  // "exit code 3" or "signal 9", once it has ended.
  std::string EndText() const;

 private:
  ChildProcess(pid_t pid, int end_fd) : pid_(pid), end_fd_(end_fd) {}

  const pid_t pid_;
  const int end_fd_;
  // As waitpid gives it.
  std::optional<int> wait_status_;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_PROCESSES_CHILD_PROCESS_H_
