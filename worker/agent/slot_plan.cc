#include "worker/agent/slot_plan.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxIdLength = 63;
// A trainer holds half as much before it has any work.
constexpr int64_t kLeastSlotMemory = int64_t{128} << 20;
// For the other programs, warm trainers and mapped files: an eighth of the
// host's memory, but no more than this.
constexpr int64_t kMaxReserve = int64_t{8} << 30;

void AddSlot(std::vector<v1::Slot>& slots, v1::Slot::Purpose purpose,
             const Device& device, int threads) {
  v1::Slot& slot = slots.emplace_back();
  slot.set_index(static_cast<int32_t>(slots.size()) - 1);
  slot.set_purpose(purpose);
  slot.set_device_kind(device.id == "cpu" ? v1::Resources::CPU
                                          : v1::Resources::CUDA);
  slot.set_device(device.id);
  slot.set_device_name(device.name);
  slot.set_device_memory_bytes(device.memory_bytes);
  slot.set_threads(std::max(threads, 1));
}

int64_t MemoryOfSlot(const SlotPlanOptions& options, int training_slots) {
  if (options.slot_memory_bytes.has_value()) return *options.slot_memory_bytes;
  int64_t host = options.host_memory_bytes;
  return (host - std::min(host / 8, kMaxReserve)) / std::max(training_slots, 1);
}

}  // namespace

absl::StatusOr<std::vector<v1::Slot>> PlanSlots(
    const std::vector<Device>& devices, const SlotPlanOptions& options) {
  std::vector<Device> gpus;
  const Device* cpu = nullptr;
  for (const Device& device : devices) {
    if (absl::StartsWith(device.id, "cuda")) gpus.push_back(device);
    if (device.id == "cpu") cpu = &device;
  }
  if (cpu == nullptr) {
    return absl::InvalidArgumentError("the trainer lists no device \"cpu\"");
  }
  int available = static_cast<int>(gpus.size());
  int training = options.training_slots.value_or(std::max(available, 1));
  if (available > 0) training = std::min(training, available);
  std::vector<v1::Slot> slots;
  for (int i = 0; i < training; ++i) {
    AddSlot(slots, v1::Slot::TRAINING, available > 0 ? gpus[i] : *cpu,
            options.threads / training);
  }
  for (int i = 0; i < options.auxiliary_slots; ++i) {
    AddSlot(slots, v1::Slot::AUXILIARY, *cpu, 1);
  }
  if (slots.empty()) {
    return absl::InvalidArgumentError(
        "a worker needs at least one slot: raise --training-slots or "
        "--auxiliary-slots");
  }
  if (options.slot_memory_bytes.value_or(kLeastSlotMemory) < kLeastSlotMemory) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--slot-memory is below the ", kLeastSlotMemory >> 20,
        " MiB that the smallest work takes: ", *options.slot_memory_bytes,
        " bytes"));
  }
  for (v1::Slot& slot : slots) {
    slot.set_host_memory_limit_bytes(MemoryOfSlot(options, training));
  }
  return slots;
}

std::string WorkerIdFromHostName(std::string_view host_name) {
  std::string id;
  for (char c : host_name.substr(0, kMaxIdLength)) {
    c = absl::ascii_tolower(c);
    bool allowed = absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.';
    id += allowed ? c : '-';
  }
  id.erase(0, std::min(id.find_first_not_of("-."), id.size()));
  return IsResourceId(id) ? id : "worker";
}

}  // namespace tunesmith::worker
