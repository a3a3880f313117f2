#include "tests/end_to_end/memory_group.h"

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tunesmith::testing {
namespace {

struct Hierarchy {
  const char* root;
  const char* limit_file;
};

// Version 1 and version 2 of control groups.
constexpr Hierarchy kHierarchies[] = {
    {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
    {"/sys/fs/cgroup", "memory.max"},
};

bool Write(const std::string& path, int64_t value) {
  std::ofstream file(path);
  file << value << std::flush;
  return file.good();
}

}  // namespace

std::optional<MemoryGroup> MemoryGroup::Create(int64_t max_bytes) {
  for (const Hierarchy& hierarchy : kHierarchies) {
    std::string directory = absl::StrCat(hierarchy.root, "/tunesmith-XXXXXX");
    if (mkdtemp(directory.data()) == nullptr) continue;
    MemoryGroup group(directory);
    if (Write(absl::StrCat(directory, "/", hierarchy.limit_file), max_bytes)) {
      return group;
    }
  }
  return std::nullopt;
}

MemoryGroup::MemoryGroup(std::string directory)
    : directory_(std::move(directory)) {}

MemoryGroup::MemoryGroup(MemoryGroup&& other) noexcept
    : directory_(std::exchange(other.directory_, "")) {}

MemoryGroup::~MemoryGroup() {
  if (!directory_.empty()) rmdir(directory_.c_str());
}

bool MemoryGroup::Add(pid_t pid) const {
  return Write(directory_ + "/cgroup.procs", pid);
}

}  // namespace tunesmith::testing
