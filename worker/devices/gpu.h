#ifndef TUNESMITH_WORKER_DEVICES_GPU_H_
#define TUNESMITH_WORKER_DEVICES_GPU_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tunesmith::worker {

// A GPU, or an instance of one (MIG): what one process can open.
struct Gpu {
  // "GPU-..." or "MIG-...".
  std::string uuid;
  std::string name;
  int64_t memory_bytes = 0;
  // Of the GPU that it is an instance of; empty for a whole one.
  std::string parent_uuid = "";
  // Place of the GPU, whole or parent, in the order of nvidia-smi.
  int index = 0;

  bool is_instance() const { return !parent_uuid.empty(); }
  bool operator==(const Gpu&) const = default;
};

struct GpuInventory {
  // In the order of nvidia-smi. The instances of a GPU stand in its place.
  std::vector<Gpu> gpus;
  // Why a GPU that is there is not among them, for people.
  std::vector<std::string> problems;
};

// What a GPU says of itself. What it, or an old driver, does not tell is
// missing; so is what belongs to a whole GPU, for an instance.
struct GpuReadings {
  // It fell off the bus: nothing else is set.
  bool lost = false;
  // Shares of the last moments (at most a second) in which a kernel ran, and in
  // which memory was read or written; 0 to 1.
  std::optional<double> compute_utilization;
  std::optional<double> memory_utilization;
  std::optional<int64_t> memory_bytes;
  std::optional<int64_t> used_memory_bytes;
  std::optional<double> power_watts;
  std::optional<double> temperature_celsius;
  // Since the driver was loaded.
  std::optional<double> energy_joules;
  std::optional<int64_t> corrected_ecc_errors;
  std::optional<int64_t> uncorrected_ecc_errors;
};

// A critical error that the driver reported; NVIDIA's "XID Errors" lists the
// numbers.
struct XidEvent {
  // Of a whole GPU.
  std::string uuid;
  int64_t xid = 0;

  bool operator==(const XidEvent&) const = default;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DEVICES_GPU_H_
