#include "worker/devices/nvml.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

using Count = unsigned long long;

// A storm of errors leaves the rest for the next call.
constexpr int kMaxXidsAtOnce = 64;

// Calls getters of one GPU. A getter that the driver lacks or the GPU does not
// support gives nothing.
class Reader {
 public:
  explicit Reader(NvmlDevice device) : device_(device) {}

  template <typename Value, typename Getter, typename... Arguments>
  std::optional<Value> Get(Getter getter, Arguments... arguments) {
    Value value = {};
    if (getter == nullptr) return std::nullopt;
    NvmlReturn result = getter(device_, arguments..., &value);
    lost_ |= result == kNvmlGpuIsLost;
    if (result != kNvmlSuccess) return std::nullopt;
    return value;
  }

  bool lost() const { return lost_; }

 private:
  const NvmlDevice device_;
  bool lost_ = false;
};

template <typename Value>
std::optional<double> Scaled(std::optional<Value> value, double factor) {
  if (!value.has_value()) return std::nullopt;
  return static_cast<double>(*value) * factor;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Nvml>> Nvml::Create(const std::string& library) {
  TUNESMITH_ASSIGN_OR_RETURN(NvmlApi api, LoadNvmlApi(library));
  NvmlReturn started = api.Init();
  if (started != kNvmlSuccess) {
    return absl::FailedPreconditionError(
        absl::StrCat("NVIDIA's management library does not start: ",
                     api.ErrorString(started)));
  }
  return std::unique_ptr<Nvml>(new Nvml(api));
}

Nvml::~Nvml() {
  MutexLock lock(&mutex_);
  if (events_ != nullptr && api_.FreeEventSet) api_.FreeEventSet(events_);
  api_.Shutdown();
}

GpuInventory Nvml::List() {
  GpuInventory inventory;
  unsigned int count = 0;
  NvmlReturn counted = api_.GetCount(&count);
  if (counted != kNvmlSuccess) {
    inventory.problems.push_back(
        absl::StrCat("cannot count the GPUs: ", api_.ErrorString(counted)));
  }
  for (unsigned int i = 0; i < count; ++i) AddGpu(i, inventory);
  return inventory;
}

void Nvml::AddGpu(unsigned int index, GpuInventory& inventory) {
  NvmlDevice device = nullptr;
  NvmlReturn found = api_.GetHandleByIndex(index, &device);
  std::string problem = api_.ErrorString(found);
  std::optional<Gpu> gpu;
  if (found == kNvmlSuccess) gpu = Describe(device, problem);
  if (!gpu.has_value()) {
    inventory.problems.push_back(absl::StrCat("GPU ", index, ": ", problem));
    return;
  }
  gpu->index = static_cast<int>(index);
  if (!AddInstances(*gpu, device, inventory)) {
    inventory.gpus.push_back(*std::move(gpu));
  }
}

bool Nvml::AddInstances(const Gpu& parent, NvmlDevice device,
                        GpuInventory& inventory) {
  if (!api_.GetMigMode || !api_.GetMaxMigCount || !api_.GetMigHandle) {
    return false;
  }
  unsigned int now = 0;
  unsigned int next = 0;
  if (api_.GetMigMode(device, &now, &next) != kNvmlSuccess ||
      now != kNvmlMigEnabled) {
    return false;
  }
  unsigned int count = 0;
  api_.GetMaxMigCount(device, &count);
  size_t before = inventory.gpus.size();
  for (unsigned int i = 0; i < count; ++i) {
    NvmlDevice instance = nullptr;
    // Most places are empty.
    if (api_.GetMigHandle(device, i, &instance) != kNvmlSuccess) continue;
    std::string problem;
    std::optional<Gpu> gpu = Describe(instance, problem);
    if (!gpu.has_value()) {
      inventory.problems.push_back(absl::StrCat("instance ", i, " of GPU ",
                                                parent.index, ": ", problem));
      continue;
    }
    gpu->parent_uuid = parent.uuid;
    gpu->index = parent.index;
    inventory.gpus.push_back(*std::move(gpu));
  }
  if (inventory.gpus.size() == before) {
    inventory.problems.push_back(absl::StrCat(
        "GPU ", parent.index,
        " is in MIG mode and has no instance; nvidia-smi mig makes them"));
  }
  return true;
}

std::optional<Gpu> Nvml::Describe(NvmlDevice device, std::string& problem) {
  char uuid[kNvmlTextSize] = "";
  char name[kNvmlTextSize] = "";
  NvmlMemory memory = {};
  NvmlReturn result = api_.GetUuid(device, uuid, sizeof(uuid));
  if (result == kNvmlSuccess) {
    result = api_.GetName(device, name, sizeof(name));
  }
  if (result == kNvmlSuccess) result = api_.GetMemory(device, &memory);
  if (result != kNvmlSuccess) {
    problem = api_.ErrorString(result);
    return std::nullopt;
  }
  MutexLock lock(&mutex_);
  handles_[uuid] = device;
  return Gpu{.uuid = uuid,
             .name = name,
             .memory_bytes = static_cast<int64_t>(memory.total)};
}

NvmlDevice Nvml::HandleOf(const std::string& uuid, bool* lost) {
  MutexLock lock(&mutex_);
  auto found = handles_.find(uuid);
  if (found != handles_.end()) return found->second;
  NvmlDevice device = nullptr;
  NvmlReturn result = api_.GetHandleByUuid(uuid.c_str(), &device);
  if (lost != nullptr) *lost = result == kNvmlGpuIsLost;
  if (result != kNvmlSuccess) return nullptr;
  handles_[uuid] = device;
  return device;
}

GpuReadings Nvml::Read(const std::string& uuid) {
  GpuReadings readings;
  NvmlDevice device = HandleOf(uuid, &readings.lost);
  if (device == nullptr) return readings;
  Reader reader(device);
  auto utilization = reader.Get<NvmlUtilization>(api_.GetUtilization);
  if (utilization.has_value()) {
    readings.compute_utilization = utilization->gpu / 100.0;
    readings.memory_utilization = utilization->memory / 100.0;
  }
  auto memory = reader.Get<NvmlMemory>(api_.GetMemory);
  if (memory.has_value()) {
    readings.memory_bytes = static_cast<int64_t>(memory->total);
    readings.used_memory_bytes = static_cast<int64_t>(memory->used);
  }
  readings.power_watts =
      Scaled(reader.Get<unsigned int>(api_.GetMilliwatts), 1e-3);
  readings.temperature_celsius =
      Scaled(reader.Get<unsigned int>(api_.GetTemperature, kNvmlGpuDie), 1);
  readings.energy_joules = Scaled(reader.Get<Count>(api_.GetMillijoules), 1e-3);
  readings.corrected_ecc_errors =
      reader.Get<Count>(api_.GetEccErrors, kNvmlCorrected, kNvmlVolatile);
  readings.uncorrected_ecc_errors =
      reader.Get<Count>(api_.GetEccErrors, kNvmlUncorrected, kNvmlVolatile);
  if (!reader.lost()) return readings;
  MutexLock lock(&mutex_);
  // One that comes back has another handle.
  handles_.erase(uuid);
  return GpuReadings{.lost = true};
}

std::optional<double> Nvml::EnergyJoules(const std::string& uuid) {
  NvmlDevice device = HandleOf(uuid);
  if (device == nullptr) return std::nullopt;
  return Scaled(Reader(device).Get<Count>(api_.GetMillijoules), 1e-3);
}

void Nvml::RegisterXids() {
  registered_ = true;
  unsigned int count = 0;
  if (!api_.CreateEventSet || !api_.RegisterEvents || !api_.WaitForEvent ||
      api_.GetCount(&count) != kNvmlSuccess ||
      api_.CreateEventSet(&events_) != kNvmlSuccess) {
    return;
  }
  for (unsigned int i = 0; i < count; ++i) {
    NvmlDevice device = nullptr;
    char uuid[kNvmlTextSize] = "";
    if (api_.GetHandleByIndex(i, &device) == kNvmlSuccess &&
        api_.GetUuid(device, uuid, sizeof(uuid)) == kNvmlSuccess &&
        api_.RegisterEvents(device, kNvmlXidEvent, events_) == kNvmlSuccess) {
      listened_[device] = uuid;
    }
  }
}

std::vector<XidEvent> Nvml::TakeXids() {
  MutexLock lock(&mutex_);
  if (!registered_) RegisterXids();
  std::vector<XidEvent> xids;
  if (listened_.empty()) return xids;
  NvmlEvent event = {};
  for (int i = 0; i < kMaxXidsAtOnce; ++i) {
    if (api_.WaitForEvent(events_, &event, 0) != kNvmlSuccess) break;
    auto found = listened_.find(event.device);
    if (found == listened_.end() || event.type != kNvmlXidEvent) continue;
    xids.push_back({found->second, static_cast<int64_t>(event.data)});
  }
  return xids;
}

}  // namespace tunesmith::worker
