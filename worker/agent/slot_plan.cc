#include "worker/agent/slot_plan.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxIdLength = 63;
// Each has a context of its own, which takes half a GiB of the GPU.
constexpr int kMaxSlotsPerGpu = 16;
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
  slot.set_device_kind(device.uuid.empty() ? v1::Resources::CPU
                                           : v1::Resources::CUDA);
  slot.set_device(device.id);
  slot.set_device_name(device.name);
  slot.set_device_uuid(device.uuid);
  slot.set_device_memory_bytes(device.memory_bytes);
  slot.set_threads(std::max(threads, 1));
}

void AddGpuSlots(std::vector<v1::Slot>& slots, const PlannedGpu& gpu, int count,
                 int threads) {
  for (int i = 0; i < count; ++i) {
    AddSlot(slots, v1::Slot::TRAINING, gpu.device, threads);
    v1::Slot& slot = slots.back();
    slot.set_device_memory_bytes(gpu.device.memory_bytes / count);
    slot.set_compute_capability(gpu.compute_capability);
    slot.set_device_is_shared(count > 1 || !gpu.device.parent_uuid.empty());
  }
}

int64_t MemoryOfSlot(const SlotPlanOptions& options, int training_slots) {
  if (options.slot_memory_bytes.has_value()) return *options.slot_memory_bytes;
  int64_t host = options.host_memory_bytes;
  return (host - std::min(host / 8, kMaxReserve)) / std::max(training_slots, 1);
}

absl::Status CheckOptions(const SlotPlanOptions& options) {
  if (options.slots_per_gpu < 1 || options.slots_per_gpu > kMaxSlotsPerGpu) {
    return absl::InvalidArgumentError(
        absl::StrCat("--slots-per-gpu must be 1 to ", kMaxSlotsPerGpu));
  }
  if (options.cpu_slots.value_or(0) < 0 || options.auxiliary_slots < 0 ||
      options.prediction_slots < 0) {
    return absl::InvalidArgumentError(
        "--cpu-slots, --auxiliary-slots and --prediction-slots cannot be "
        "negative");
  }
  if (options.slot_memory_bytes.value_or(kLeastSlotMemory) < kLeastSlotMemory) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--slot-memory is below the ", kLeastSlotMemory >> 20,
        " MiB that the smallest work takes: ", *options.slot_memory_bytes,
        " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<v1::Slot>> PlanSlots(
    const Device& cpu, const std::vector<PlannedGpu>& gpus,
    const SlotPlanOptions& options) {
  TUNESMITH_RETURN_IF_ERROR(CheckOptions(options));
  int working = static_cast<int>(
      std::count_if(gpus.begin(), gpus.end(),
                    [](const PlannedGpu& gpu) { return gpu.works; }));
  int on_cpu = options.cpu_slots.value_or(working > 0 ? 0 : 1);
  int on_gpus = static_cast<int>(gpus.size()) * options.slots_per_gpu;
  // Threads would lie idle with a GPU that may never work; memory that was
  // promised twice would be missed if it does.
  int threads =
      options.threads / std::max(working * options.slots_per_gpu + on_cpu, 1);
  std::vector<v1::Slot> slots;
  for (const PlannedGpu& gpu : gpus) {
    AddGpuSlots(slots, gpu, options.slots_per_gpu, threads);
  }
  for (int i = 0; i < on_cpu; ++i) {
    AddSlot(slots, v1::Slot::TRAINING, cpu, threads);
  }
  for (int i = 0; i < options.auxiliary_slots; ++i) {
    AddSlot(slots, v1::Slot::AUXILIARY, cpu, 1);
  }
  // They work for moments, and somebody waits: with all threads there are.
  for (int i = 0; i < options.prediction_slots; ++i) {
    AddSlot(slots, v1::Slot::PREDICTION, cpu, options.threads);
  }
  if (slots.empty()) {
    return absl::InvalidArgumentError(
        "a worker needs at least one slot: raise --cpu-slots, "
        "--auxiliary-slots or --prediction-slots");
  }
  for (v1::Slot& slot : slots) {
    slot.set_host_memory_limit_bytes(MemoryOfSlot(options, on_gpus + on_cpu));
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
