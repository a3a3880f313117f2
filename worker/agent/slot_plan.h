#ifndef TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_
#define TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/devices/device.h"

namespace tunesmith::worker {

struct SlotPlanOptions {
  // Share the GPU's memory.
  int slots_per_gpu = 1;
  // Training slots with the CPU. Default: one where no GPU works, else none.
  std::optional<int> cpu_slots;
  int auxiliary_slots = 2;
  // Hold models with the CPU, beside trainings.
  int prediction_slots = 1;
  // For all training slots together.
  int threads = 1;
  // What the trainer of one slot may hold. Default: of the host's memory, less
  // a reserve, the share of one training slot. Auxiliary slots, which work
  // for moments, have the same.
  std::optional<int64_t> slot_memory_bytes;
  // 0: not known, and no default.
  int64_t host_memory_bytes = 0;
};

// A GPU that was tried.
struct PlannedGpu {
  Device device;
  // Empty where it does not work; its slots wait until it does.
  std::string compute_capability;
  bool works = true;
};

// The slots that a worker offers: training ones on GPUs, then on the CPU, then
// auxiliary ones and those for predictions. INVALID_ARGUMENT when an option is
// out of bounds, there would be no slot, or no work would fit in the memory of
// a slot.
absl::StatusOr<std::vector<v1::Slot>> PlanSlots(
    const Device& cpu, const std::vector<PlannedGpu>& gpus,
    const SlotPlanOptions& options);

// An id for the worker of a machine: the host name in lower case, with `-` for
// what an id cannot hold; "worker" when nothing is left.
std::string WorkerIdFromHostName(std::string_view host_name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_
