#include "worker/agent/process/oom_kills.h"

#include <fstream>

#include "absl/strings/match.h"

namespace tunesmith::worker {
namespace {

// The number behind "oom_kill " in a file of "name number" lines.
int64_t ReadCounter(const std::string& path) {
  std::ifstream file(path);
  std::string name;
  int64_t value = 0;
  while (file >> name >> value) {
    if (name == "oom_kill") return value;
  }
  return 0;
}

// The path of this process's version 2 control group: the line "0::/path".
std::string ControlGroup(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, "0::")) return line.substr(3);
  }
  return "";
}

}  // namespace

int64_t CountOomKills(const std::string& root) {
  return ReadCounter(root + "/proc/vmstat") +
         ReadCounter(root + "/sys/fs/cgroup" + ControlGroup(root) +
                     "/memory.events");
}

}  // namespace tunesmith::worker
