#ifndef TUNESMITH_WORKER_AGENT_DEVICES_DISCOVERY_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_DISCOVERY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/agent/devices/device.h"
#include "worker/devices/nvml.h"

namespace tunesmith::worker {

Device HostCpu();

// Null, and where the machine has a driver a word in the log, when the library
// of this file name does not work. `driver_file` is there with a driver.
std::unique_ptr<Nvml> OpenNvml(
    const std::string& library,
    const std::string& driver_file = "/dev/nvidiactl");

// The GPUs that `visible`, a value of CUDA_VISIBLE_DEVICES, names. Those that
// cannot be used are named in the log.
std::vector<Device> FindGpus(Nvml& nvml,
                             const std::optional<std::string>& visible);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_DISCOVERY_H_
