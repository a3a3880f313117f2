#include "worker/agent/process/control_group.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "absl/strings/str_split.h"

namespace tunesmith::worker {

std::string ControlGroupPath(const std::string& root,
                             std::string_view controller) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    // "4:cpu,memory:/path"; of version 2 "0::/path".
    std::vector<std::string> fields =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() < 3 || fields[2].empty() || fields[2][0] != '/') continue;
    std::vector<std::string> controllers = absl::StrSplit(fields[1], ',');
    if (std::find(controllers.begin(), controllers.end(), controller) !=
        controllers.end()) {
      return fields[2];
    }
  }
  return "";
}

}  // namespace tunesmith::worker
