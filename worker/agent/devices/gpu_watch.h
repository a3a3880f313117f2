#ifndef TUNESMITH_WORKER_AGENT_DEVICES_GPU_WATCH_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_GPU_WATCH_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "worker/agent/devices/device.h"
#include "worker/agent/devices/device_metrics.h"
#include "worker/devices/nvml.h"

namespace tunesmith::worker {

// Looks at the GPUs of a worker from time to time: figures for the metrics,
// errors that the driver reports for the log, and GPUs that fell off the bus.
// One thread uses it, which the driver may hold up.
class GpuWatch {
 public:
  // `on_lost` gets the uuid of one that fell off the bus, once until it is
  // seen again. `nvml` and `metrics` outlive this.
  GpuWatch(Nvml& nvml, std::vector<Device> gpus, DeviceMetrics& metrics,
           std::function<void(const std::string&)> on_lost);

  void Look();

 private:
  void TakeXids();

  Nvml& nvml_;
  const std::vector<Device> gpus_;
  DeviceMetrics& metrics_;
  const std::function<void(const std::string&)> on_lost_;
  std::set<std::string> lost_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_GPU_WATCH_H_
