#ifndef TUNESMITH_TESTS_END_TO_END_PROCESS_H_
#define TUNESMITH_TESTS_END_TO_END_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace tunesmith::testing {

// A child process. Killed and waited for by the destructor.
class Process {
 public:
  // Starts `arguments[0]`; its output goes to the end of the file `log`.
  Process(const std::vector<std::string>& arguments, const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // Sends a signal and waits for the end; the exit code, or 128 + signal.
  int Stop(int signal);

  // Waits for the end; the exit code, or 128 + signal.
  int Wait();

 private:
  pid_t pid_ = -1;
};

// Processes whose parent is `parent` and whose program's file name is `name`.
std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name);

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_PROCESS_H_
