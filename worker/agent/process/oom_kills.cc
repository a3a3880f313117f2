#include "worker/agent/process/oom_kills.h"

#include <fstream>

#include "worker/agent/process/control_group.h"

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

}  // namespace

int64_t CountOomKills(const std::string& root) {
  return ReadCounter(root + "/proc/vmstat") +
         ReadCounter(root + "/sys/fs/cgroup" + ControlGroupPath(root, "") +
                     "/memory.events");
}

}  // namespace tunesmith::worker
