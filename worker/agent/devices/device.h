#ifndef TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_H_

#include <cstdint>
#include <string>

namespace tunesmith::worker {

// Something that a trainer can compute with, as a worker calls it.
struct Device {
  // "cpu", or "cuda:N" where N counts the worker's GPUs.
  std::string id;
  // Its own name, for example "AMD EPYC 9R14".
  std::string name = "";
  int64_t memory_bytes = 0;
  // "GPU-..." or "MIG-..."; empty for the CPU.
  std::string uuid = "";
  // Of the GPU that it is an instance of (MIG); otherwise empty.
  std::string parent_uuid = "";

  bool operator==(const Device&) const = default;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_H_
