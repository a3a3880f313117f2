#include "worker/agent/process/host_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>

#include "worker/agent/process/control_group.h"

namespace tunesmith::worker {
namespace {

// The number behind "MemTotal:" in /proc/meminfo, which is in KiB.
int64_t MachineMemoryBytes(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string name;
  int64_t kib = 0;
  bool found = file >> name >> kib && name == "MemTotal:";
  return found ? kib << 10 : 0;
}

// The lowest number in `file` of a group and all above it. In a container, the
// path can be one that only the machine outside knows; the mount is then the
// container's own group.
int64_t LowestLimit(const std::string& mount, std::string group,
                    const std::string& file) {
  int64_t lowest = std::numeric_limits<int64_t>::max();
  while (true) {
    std::ifstream in(mount + group + "/" + file);
    int64_t limit = 0;
    // A group without a limit says "max".
    if (in >> limit) lowest = std::min(lowest, limit);
    if (group.empty()) return lowest;
    group.resize(group.rfind('/'));
  }
}

}  // namespace

int64_t HostMemoryBytes(const std::string& root) {
  const std::string groups = root + "/sys/fs/cgroup";
  return std::min(
      {MachineMemoryBytes(root),
       LowestLimit(groups, ControlGroupPath(root, ""), "memory.max"),
       LowestLimit(groups + "/memory", ControlGroupPath(root, "memory"),
                   "memory.limit_in_bytes")});
}

}  // namespace tunesmith::worker
