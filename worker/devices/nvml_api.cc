#include "worker/devices/nvml_api.h"

#include <dlfcn.h>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

// Leaves `entry` null where the library has no such symbol.
template <typename Function>
void Find(void* library, const char* symbol, Function& entry) {
  entry = reinterpret_cast<Function>(dlsym(library, symbol));
}

}  // namespace

absl::StatusOr<NvmlApi> LoadNvmlApi(const std::string& library) {
  // Never closed: the driver's libraries do not expect it.
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return absl::NotFoundError(absl::StrCat("cannot load ", dlerror()));
  }
  NvmlApi api = {};
  Find(handle, "nvmlInit_v2", api.Init);
  Find(handle, "nvmlShutdown", api.Shutdown);
  Find(handle, "nvmlErrorString", api.ErrorString);
  Find(handle, "nvmlDeviceGetCount_v2", api.GetCount);
  Find(handle, "nvmlDeviceGetHandleByIndex_v2", api.GetHandleByIndex);
  Find(handle, "nvmlDeviceGetHandleByUUID", api.GetHandleByUuid);
  Find(handle, "nvmlDeviceGetUUID", api.GetUuid);
  Find(handle, "nvmlDeviceGetName", api.GetName);
  Find(handle, "nvmlDeviceGetMemoryInfo", api.GetMemory);
  Find(handle, "nvmlDeviceGetMigMode", api.GetMigMode);
  Find(handle, "nvmlDeviceGetMaxMigDeviceCount", api.GetMaxMigCount);
  Find(handle, "nvmlDeviceGetMigDeviceHandleByIndex", api.GetMigHandle);
  Find(handle, "nvmlDeviceGetUtilizationRates", api.GetUtilization);
  Find(handle, "nvmlDeviceGetPowerUsage", api.GetMilliwatts);
  Find(handle, "nvmlDeviceGetTemperature", api.GetTemperature);
  Find(handle, "nvmlDeviceGetTotalEccErrors", api.GetEccErrors);
  Find(handle, "nvmlDeviceGetTotalEnergyConsumption", api.GetMillijoules);
  Find(handle, "nvmlEventSetCreate", api.CreateEventSet);
  Find(handle, "nvmlDeviceRegisterEvents", api.RegisterEvents);
  Find(handle, "nvmlEventSetWait_v2", api.WaitForEvent);
  Find(handle, "nvmlEventSetFree", api.FreeEventSet);
  bool complete = api.Init && api.Shutdown && api.ErrorString && api.GetCount &&
                  api.GetHandleByIndex && api.GetHandleByUuid && api.GetUuid &&
                  api.GetName && api.GetMemory;
  if (complete) return api;
  return absl::FailedPreconditionError(
      absl::StrCat(library,
                   " is not NVIDIA's management library, or is older "
                   "than any driver that LibTorch runs on"));
}

}  // namespace tunesmith::worker
