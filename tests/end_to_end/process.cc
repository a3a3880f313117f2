#include "tests/end_to_end/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tunesmith::testing {

Process::Process(const std::vector<std::string>& arguments,
                 const std::string& log) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
}

Process::~Process() {
  if (pid_ > 0) Stop(SIGKILL);
}

int Process::Stop(int signal) {
  kill(pid_, signal);
  return Wait();
}

int Process::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::string file = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(file.data(), file.data() + file.size(), pid).ec !=
        std::errc()) {
      continue;
    }
    // "pid (program) state parent ..."; see proc(5).
    std::ifstream in(entry.path() / "stat");
    std::stringstream text;
    text << in.rdbuf();
    std::string stat = text.str();
    size_t end = stat.rfind(')');
    if (end == std::string::npos) continue;
    std::istringstream rest(stat.substr(end + 1));
    char state;
    pid_t parent_of_entry = 0;
    rest >> state >> parent_of_entry;
    std::error_code error;
    if (parent_of_entry == parent && state != 'Z' &&
        std::filesystem::read_symlink(entry.path() / "exe", error).filename() ==
            name) {
      children.push_back(pid);
    }
  }
  return children;
}

}  // namespace tunesmith::testing
