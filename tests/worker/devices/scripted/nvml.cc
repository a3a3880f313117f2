// A management library that plays the machine of a script: the file that
// TUNESMITH_SCRIPTED_NVML names, read anew with every call, so that a test can
// change the machine. Without such a file there are no GPUs. Its lines:
//
//   gpu UUID MIB NAME    a GPU with so much memory, in the order of nvidia-smi
//   mig UUID MIB NAME    an instance of the GPU before it; "mig" alone: the
//                        mode without an instance
//   FIGURE N             of the last gpu or mig: compute and memory (percent),
//                        used_mib, milliwatts, celsius, millijoules, corrected,
//                        uncorrected. Without the line it is not supported.
//   xid N                happens once, when the line is first seen
//   lost_after N         falls off the bus after N calls that name it
//   fails N              the handle of the last gpu cannot be had: error N
//
// With TUNESMITH_OLD_DRIVER it is built without what came with later drivers.
#include <stdlib.h>
#include <string.h>

#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "worker/devices/nvml_api.h"

using namespace tunesmith::worker;

struct tunesmith::worker::NvmlDeviceHandle {
  std::string uuid;
  int calls = 0;
  size_t xids_told = 0;
  // Of a GPU that was lost: of no use when that comes back.
  bool is_stale = false;
};
struct tunesmith::worker::NvmlEventSetHandle {
  std::vector<NvmlDevice> devices;
};

namespace {

constexpr NvmlReturn kInvalidArgument = NvmlReturn(2);
constexpr NvmlReturn kNotSupported = NvmlReturn(3);
constexpr NvmlReturn kNotFound = NvmlReturn(6);
constexpr NvmlReturn kInsufficientSize = NvmlReturn(7);

struct ScriptedGpu {
  std::string uuid;
  std::string name;
  unsigned long long mib = 0;
  // Empty for a whole one.
  std::string parent;
  bool has_mig_mode = false;
  std::map<std::string, unsigned long long> figures;
  std::vector<unsigned long long> xids;
};

std::recursive_mutex mutex;

std::vector<ScriptedGpu> ReadScript() {
  std::vector<ScriptedGpu> gpus;
  const char* path = getenv("TUNESMITH_SCRIPTED_NVML");
  std::ifstream file(path == nullptr ? "" : path);
  std::string parent;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    if (!(words >> key)) continue;
    if (key == "gpu" || key == "mig") {
      ScriptedGpu gpu;
      if (key == "mig") {
        gpu.parent = parent;
        for (ScriptedGpu& other : gpus) {
          if (other.uuid == parent) other.has_mig_mode = true;
        }
      }
      if (!(words >> gpu.uuid >> gpu.mib)) continue;
      std::getline(words >> std::ws, gpu.name);
      if (key == "gpu") parent = gpu.uuid;
      gpus.push_back(gpu);
    } else if (unsigned long long value = 0; words >> value) {
      if (key == "xid") {
        gpus.back().xids.push_back(value);
      } else {
        gpus.back().figures[key] = value;
      }
    }
  }
  return gpus;
}

std::vector<ScriptedGpu> Where(bool (*keep)(const ScriptedGpu&,
                                            const std::string&),
                               const std::string& uuid = "") {
  std::vector<ScriptedGpu> kept;
  for (const ScriptedGpu& gpu : ReadScript()) {
    if (keep(gpu, uuid)) kept.push_back(gpu);
  }
  return kept;
}

std::vector<ScriptedGpu> WholeGpus() {
  return Where([](const ScriptedGpu& gpu, const std::string&) {
    return gpu.parent.empty();
  });
}

[[maybe_unused]] std::vector<ScriptedGpu> InstancesOf(const std::string& uuid) {
  return Where(
      [](const ScriptedGpu& gpu, const std::string& parent) {
        return gpu.parent == parent && !parent.empty();
      },
      uuid);
}

// The newest one of a uuid; all live for ever, as those of the driver.
NvmlDevice Handle(const std::string& uuid) {
  static auto& handles =
      *new std::map<std::string, std::deque<NvmlDeviceHandle>>;
  std::deque<NvmlDeviceHandle>& of_uuid = handles[uuid];
  if (of_uuid.empty()) {
    of_uuid.push_back({.uuid = uuid});
  } else if (of_uuid.back().is_stale) {
    of_uuid.push_back({uuid, of_uuid.back().calls, of_uuid.back().xids_told});
  }
  return &of_uuid.back();
}

// Counts a call that names the device; what it may read, or the error.
NvmlReturn Call(NvmlDevice device, ScriptedGpu& found) {
  for (const ScriptedGpu& gpu : ReadScript()) {
    if (gpu.uuid != device->uuid) continue;
    found = gpu;
    auto lost = gpu.figures.find("lost_after");
    ++device->calls;
    device->is_stale |= lost != gpu.figures.end() &&
                        device->calls > static_cast<int>(lost->second);
    return device->is_stale ? kNvmlGpuIsLost : kNvmlSuccess;
  }
  return kNotFound;
}

template <typename Value>
NvmlReturn Figure(NvmlDevice device, const char* name, Value* value) {
  std::lock_guard lock(mutex);
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  if (result != kNvmlSuccess) return result;
  auto figure = gpu.figures.find(name);
  if (figure == gpu.figures.end()) return kNotSupported;
  *value = static_cast<Value>(figure->second);
  return kNvmlSuccess;
}

NvmlReturn Copy(const std::string& text, char* out, unsigned int size) {
  if (text.size() >= size) return kInsufficientSize;
  strcpy(out, text.c_str());
  return kNvmlSuccess;
}

}  // namespace

extern "C" {

NvmlReturn nvmlInit_v2() {
  const char* error = getenv("TUNESMITH_SCRIPTED_NVML_ERROR");
  return error == nullptr ? kNvmlSuccess : NvmlReturn(atoi(error));
}
NvmlReturn nvmlShutdown() { return kNvmlSuccess; }

const char* nvmlErrorString(NvmlReturn result) {
  switch (int{result}) {
    case 3:
      return "Not Supported";
    case 4:
      return "Insufficient Permissions";
    case 15:
      return "GPU is lost";
    case 18:
      return "Driver/library version mismatch";
  }
  return "Unknown Error";
}

NvmlReturn nvmlDeviceGetCount_v2(unsigned int* count) {
  std::lock_guard lock(mutex);
  *count = static_cast<unsigned int>(WholeGpus().size());
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceGetHandleByIndex_v2(unsigned int index,
                                         NvmlDevice* device) {
  std::lock_guard lock(mutex);
  std::vector<ScriptedGpu> gpus = WholeGpus();
  if (index >= gpus.size()) return kInvalidArgument;
  auto failure = gpus[index].figures.find("fails");
  if (failure != gpus[index].figures.end()) return NvmlReturn(failure->second);
  *device = Handle(gpus[index].uuid);
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceGetHandleByUUID(const char* uuid, NvmlDevice* device) {
  std::lock_guard lock(mutex);
  *device = Handle(uuid);
  ScriptedGpu gpu;
  return Call(*device, gpu);
}

NvmlReturn nvmlDeviceGetUUID(NvmlDevice device, char* uuid, unsigned int size) {
  std::lock_guard lock(mutex);
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  return result == kNvmlSuccess ? Copy(gpu.uuid, uuid, size) : result;
}

NvmlReturn nvmlDeviceGetName(NvmlDevice device, char* name, unsigned int size) {
  std::lock_guard lock(mutex);
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  return result == kNvmlSuccess ? Copy(gpu.name, name, size) : result;
}

NvmlReturn nvmlDeviceGetMemoryInfo(NvmlDevice device, NvmlMemory* memory) {
  std::lock_guard lock(mutex);
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  if (result != kNvmlSuccess) return result;
  memory->total = gpu.mib << 20;
  memory->used = gpu.figures["used_mib"] << 20;
  memory->free = memory->total - memory->used;
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceGetUtilizationRates(NvmlDevice device,
                                         NvmlUtilization* utilization) {
  NvmlReturn result = Figure(device, "memory", &utilization->memory);
  if (result != kNvmlSuccess) return result;
  return Figure(device, "compute", &utilization->gpu);
}

NvmlReturn nvmlDeviceGetPowerUsage(NvmlDevice device, unsigned int* power) {
  return Figure(device, "milliwatts", power);
}

NvmlReturn nvmlDeviceGetTemperature(NvmlDevice device, int sensor,
                                    unsigned int* celsius) {
  if (sensor != kNvmlGpuDie) return kInvalidArgument;
  return Figure(device, "celsius", celsius);
}

NvmlReturn nvmlDeviceGetTotalEccErrors(NvmlDevice device, int type, int counter,
                                       unsigned long long* count) {
  if (counter != kNvmlVolatile) return kInvalidArgument;
  return Figure(device, type == kNvmlCorrected ? "corrected" : "uncorrected",
                count);
}

#ifndef TUNESMITH_OLD_DRIVER

NvmlReturn nvmlDeviceGetMigMode(NvmlDevice device, unsigned int* now,
                                unsigned int* next) {
  std::lock_guard lock(mutex);
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  *now = *next = gpu.has_mig_mode ? kNvmlMigEnabled : 0;
  return result;
}

// Only every second place is taken, as where instances are of other sizes.
NvmlReturn nvmlDeviceGetMaxMigDeviceCount(NvmlDevice device,
                                          unsigned int* count) {
  std::lock_guard lock(mutex);
  *count = static_cast<unsigned int>(InstancesOf(device->uuid).size()) * 2;
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceGetMigDeviceHandleByIndex(NvmlDevice device,
                                               unsigned int index,
                                               NvmlDevice* mig) {
  std::lock_guard lock(mutex);
  std::vector<ScriptedGpu> instances = InstancesOf(device->uuid);
  if (index % 2 == 0 || index / 2 >= instances.size()) return kNotFound;
  *mig = Handle(instances[index / 2].uuid);
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceGetTotalEnergyConsumption(NvmlDevice device,
                                               unsigned long long* energy) {
  return Figure(device, "millijoules", energy);
}

NvmlReturn nvmlEventSetCreate(NvmlEventSet* set) {
  *set = new NvmlEventSetHandle;
  return kNvmlSuccess;
}

NvmlReturn nvmlEventSetFree(NvmlEventSet set) {
  delete set;
  return kNvmlSuccess;
}

NvmlReturn nvmlDeviceRegisterEvents(NvmlDevice device, unsigned long long types,
                                    NvmlEventSet set) {
  std::lock_guard lock(mutex);
  if (types != kNvmlXidEvent) return kInvalidArgument;
  ScriptedGpu gpu;
  NvmlReturn result = Call(device, gpu);
  if (result == kNvmlSuccess) set->devices.push_back(device);
  // What was before is not recorded.
  device->xids_told = gpu.xids.size();
  return result;
}

NvmlReturn nvmlEventSetWait_v2(NvmlEventSet set, NvmlEvent* event,
                               unsigned int) {
  std::lock_guard lock(mutex);
  for (NvmlDevice device : set->devices) {
    for (const ScriptedGpu& gpu : WholeGpus()) {
      if (gpu.uuid != device->uuid || gpu.xids.size() <= device->xids_told) {
        continue;
      }
      *event = {device, kNvmlXidEvent, gpu.xids[device->xids_told++], ~0u, ~0u};
      return kNvmlSuccess;
    }
  }
  return kNvmlTimeout;
}

#endif  // TUNESMITH_OLD_DRIVER

}  // extern "C"
