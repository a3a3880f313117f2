#ifndef TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_
#define TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/process/devices.h"

namespace tunesmith::worker {

struct SlotPlanOptions {
  // Default: one for each GPU, or one with the CPU.
  std::optional<int> training_slots;
  int auxiliary_slots = 2;
  // For all training slots together.
  int threads = 1;
  // What the trainer of one slot may hold. Default: of the host's memory, less
  // a reserve, the share of one training slot. Auxiliary slots, which work
  // for moments, have the same.
  std::optional<int64_t> slot_memory_bytes;
  // 0: not known, and no default.
  int64_t host_memory_bytes = 0;
};

// The slots that a worker offers: training ones first. INVALID_ARGUMENT when
// there is no CPU device for the auxiliary slots, there would be no slot, or
// no work would fit in the memory of a slot.
absl::StatusOr<std::vector<v1::Slot>> PlanSlots(
    const std::vector<Device>& devices, const SlotPlanOptions& options);

// An id for the worker of a machine: the host name in lower case, with `-` for
// what an id cannot hold; "worker" when nothing is left.
std::string WorkerIdFromHostName(std::string_view host_name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SLOT_PLAN_H_
