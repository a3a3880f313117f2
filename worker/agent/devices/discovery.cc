#include "worker/agent/devices/discovery.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"
#include "worker/devices/host_cpu.h"
#include "worker/devices/visible_gpus.h"

namespace tunesmith::worker {

Device HostCpu() {
  return {.id = "cpu",
          .name = HostCpuName(),
          .memory_bytes = PhysicalMemoryBytes()};
}

std::unique_ptr<Nvml> OpenNvml(const std::string& library,
                               const std::string& driver_file) {
  auto nvml = Nvml::Create(library);
  if (nvml.ok()) return *std::move(nvml);
  // A machine without a driver has no GPU to speak of.
  if (access(driver_file.c_str(), F_OK) == 0) {
    spdlog::warn(
        "this machine has an NVIDIA driver and its GPUs cannot be used; a "
        "container needs NVIDIA_DRIVER_CAPABILITIES=compute,utility "
        "error=\"{}\"",
        std::string(nvml.status().message()));
  }
  return nullptr;
}

std::vector<Device> FindGpus(Nvml& nvml,
                             const std::optional<std::string>& visible) {
  GpuInventory inventory = nvml.List();
  for (const std::string& problem : inventory.problems) {
    spdlog::warn("a GPU cannot be used reason=\"{}\"", problem);
  }
  std::vector<Device> devices;
  for (Gpu& gpu : VisibleGpus(inventory.gpus, visible)) {
    devices.push_back({.id = absl::StrCat("cuda:", devices.size()),
                       .name = std::move(gpu.name),
                       .memory_bytes = gpu.memory_bytes,
                       .uuid = std::move(gpu.uuid),
                       .parent_uuid = std::move(gpu.parent_uuid)});
  }
  if (devices.size() < inventory.gpus.size()) {
    spdlog::info("GPUs left out by CUDA_VISIBLE_DEVICES used={} of={}",
                 devices.size(), inventory.gpus.size());
  }
  return devices;
}

}  // namespace tunesmith::worker
