#include "worker/training/environment.h"

#include <set>
#include <vector>

#include "ATen/Version.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "torch/headeronly/version.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

Environment DescribeEnvironment(const std::string& device, int threads) {
  Environment environment = {{"instruction set", at::get_cpu_capability()},
                             {"threads", absl::StrCat(threads)},
                             {"torch", TORCH_VERSION},
                             {"compiler", __VERSION__}};
  for (const DeviceDescription& one : ListDevices()) {
    if (one.device == device) environment["device"] = one.name;
  }
  return environment;
}

std::string DescribeDifferences(const Environment& before,
                                const Environment& now) {
  auto value = [](const Environment& environment, const std::string& name) {
    auto found = environment.find(name);
    return found == environment.end() ? "unknown" : found->second;
  };
  std::set<std::string> names;
  for (const auto& [name, ignored] : before) names.insert(name);
  for (const auto& [name, ignored] : now) names.insert(name);
  std::vector<std::string> differences;
  for (const std::string& name : names) {
    std::string a = value(before, name), b = value(now, name);
    if (a != b) differences.push_back(absl::StrCat(name, ": ", a, ", now ", b));
  }
  return absl::StrJoin(differences, "; ");
}

}  // namespace tunesmith::worker
