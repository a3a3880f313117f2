#include <link.h>

#include <set>
#include <string>

#include "ATen/ops/full.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mean.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "worker/training/device.h"

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
  TUNESMITH_ASSIGN_OR_RETURN(at::Device device,
                             OpenDevice(plan.device, plan.threads));
  constexpr int64_t kSize = 256;
  at::Tensor ones =
      at::full({kSize, kSize}, 1, at::TensorOptions(at::kFloat).device(device));
  const double mean = at::matmul(ones, ones).mean().item<double>();
  if (mean != kSize) {
    return absl::InternalError("the device multiplies wrongly");
  }
  nlohmann::json devices = nlohmann::json::array();
  for (const DeviceDescription& one : ListDevices()) {
    devices.push_back({{"device", one.device},
                       {"name", one.name},
                       {"memory_bytes", one.memory_bytes}});
  }
  return nlohmann::json{{"devices", devices}, {"libraries", OpenLibraries()}};
}

}  // namespace tunesmith::worker
