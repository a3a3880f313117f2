#include <link.h>

#include <set>
#include <string>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

std::set<std::string> OpenLibraries() {
  std::set<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* paths) {
        std::string path = info->dlpi_name;
        if (!path.empty()) {
          static_cast<std::set<std::string>*>(paths)->insert(std::move(path));
        }
        return 0;
      },
      &paths);
  return paths;
}

}  // namespace

absl::StatusOr<nlohmann::json> CheckDevice(const Plan& plan) {
  TUNESMITH_ASSIGN_OR_RETURN(DeviceDescription device,
                             ProbeDevice(plan.device));
  return nlohmann::json{{"device", device.device},
                        {"name", device.name},
                        {"memory_bytes", device.memory_bytes},
                        {"libraries", OpenLibraries()}};
}

}  // namespace tunesmith::worker
