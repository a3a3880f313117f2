#include "worker/agent/process/process_memory.h"

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

// The number of a line such as "RssAnon:\t     148 kB".
std::optional<int64_t> FindKib(std::string_view status, std::string_view name) {
  std::string label = absl::StrCat("\n", std::string(name), ":");
  size_t begin = status.find(label);
  if (begin == std::string_view::npos) return std::nullopt;
  std::string_view value = status.substr(begin + label.size());
  value = value.substr(0, value.find(" kB"));
  int64_t kib = 0;
  if (!absl::SimpleAtoi(std::string(value), &kib)) return std::nullopt;
  return kib;
}

}  // namespace

std::optional<int64_t> ParseHeldMemory(std::string_view status) {
  int64_t kib = 0;
  for (std::string_view name : {"RssAnon", "RssShmem", "VmSwap"}) {
    std::optional<int64_t> part = FindKib(status, name);
    if (!part.has_value()) return std::nullopt;
    kib += *part;
  }
  return kib << 10;
}

std::optional<int64_t> ReadHeldMemory(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  return ParseHeldMemory(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace tunesmith::worker
