#include "worker/agent/devices/gpu_watch.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {

GpuWatch::GpuWatch(Nvml& nvml, std::vector<Device> gpus, DeviceMetrics& metrics,
                   std::function<void(const std::string&)> on_lost)
    : nvml_(nvml),
      gpus_(std::move(gpus)),
      metrics_(metrics),
      on_lost_(std::move(on_lost)) {}

void GpuWatch::Look() {
  TakeXids();
  for (const Device& gpu : gpus_) {
    GpuReadings readings = nvml_.Read(gpu.uuid);
    metrics_.SetReadings(gpu, readings);
    if (!readings.lost) {
      lost_.erase(gpu.uuid);
    } else if (lost_.insert(gpu.uuid).second) {
      on_lost_(gpu.uuid);
    }
  }
}

void GpuWatch::TakeXids() {
  for (const XidEvent& event : nvml_.TakeXids()) {
    for (const Device& gpu : gpus_) {
      // The driver does not say which instance it was.
      if (event.uuid != gpu.uuid && event.uuid != gpu.parent_uuid) continue;
      metrics_.CountXid(gpu, event.xid);
      spdlog::error("driver reports an error device={} uuid={} xid={}", gpu.id,
                    gpu.uuid, event.xid);
    }
  }
}

}  // namespace tunesmith::worker
