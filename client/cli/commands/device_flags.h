#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_DEVICE_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_DEVICE_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// The flags that say where a job runs and how it computes there.
struct DeviceFlags {
  std::string device;
  std::optional<int64_t> device_memory_bytes;
  std::string precision;
  std::optional<bool> deterministic;
};

void AddDeviceFlags(CLI::App* command, DeviceFlags& flags);
// Those of them that say where.
void AddPlaceFlags(CLI::App* command, DeviceFlags& flags);

// Fields without a flag stay as they are.
void ApplyDevice(const DeviceFlags& flags, v1::JobSpec& spec);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_DEVICE_FLAGS_H_
