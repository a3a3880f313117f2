#ifndef TUNESMITH_WORKER_AGENT_PROCESS_DEVICES_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_DEVICES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tunesmith::worker {

// Something that a trainer can compute with.
struct Device {
  // "cpu", "cuda:0", ...
  std::string id;
  // Its own name, for example "AMD EPYC 9R14".
  std::string name;
  int64_t memory_bytes = 0;

  bool operator==(const Device&) const = default;
};

// Devices from lines of {"device":"cpu","name":"...","memory_bytes":N}. Other
// lines are passed over: libraries print what they like. INVALID_ARGUMENT when
// no line is a device.
absl::StatusOr<std::vector<Device>> ParseDevices(std::string_view lines);

// Asks `{trainer} --list-devices`. DEADLINE_EXCEEDED when it takes longer than
// `timeout`.
absl::StatusOr<std::vector<Device>> ListDevices(const std::string& trainer,
                                                absl::Duration timeout);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_DEVICES_H_
