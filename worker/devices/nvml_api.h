#ifndef TUNESMITH_WORKER_DEVICES_NVML_API_H_
#define TUNESMITH_WORKER_DEVICES_NVML_API_H_

#include <string>

#include "absl/status/statusor.h"

// The part of NVIDIA's management library (NVML) that is used here. Its binary
// interface is stable and public; the library comes with the driver, so it is
// looked up at run time and nothing of it is needed to build.

namespace tunesmith::worker {

// nvmlReturn_t.
enum NvmlReturn : int {
  kNvmlSuccess = 0,
  kNvmlTimeout = 10,
  kNvmlGpuIsLost = 15,
};

// nvmlDevice_t and nvmlEventSet_t. Handles of MIG instances are devices too.
struct NvmlDeviceHandle;
struct NvmlEventSetHandle;
using NvmlDevice = NvmlDeviceHandle*;
using NvmlEventSet = NvmlEventSetHandle*;

// nvmlMemory_t, in bytes.
struct NvmlMemory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

// nvmlUtilization_t, in percent.
struct NvmlUtilization {
  unsigned int gpu;
  unsigned int memory;
};

// nvmlEventData_t.
struct NvmlEvent {
  NvmlDevice device;
  unsigned long long type;
  // The number of an Xid.
  unsigned long long data;
  unsigned int gpu_instance_id;
  unsigned int compute_instance_id;
};

// NVML_TEMPERATURE_GPU.
inline constexpr int kNvmlGpuDie = 0;
// nvmlMemoryErrorType_t.
inline constexpr int kNvmlCorrected = 0;
inline constexpr int kNvmlUncorrected = 1;
// NVML_VOLATILE_ECC: since the driver was loaded.
inline constexpr int kNvmlVolatile = 0;
// nvmlEventTypeXidCriticalError.
inline constexpr unsigned long long kNvmlXidEvent = 8;
// NVML_DEVICE_UUID_V2_BUFFER_SIZE and NVML_DEVICE_NAME_V2_BUFFER_SIZE.
inline constexpr unsigned int kNvmlTextSize = 96;
// NVML_DEVICE_MIG_ENABLE.
inline constexpr unsigned int kNvmlMigEnabled = 1;

// The entry points. Those below the line are null where the driver is too old
// to have them.
struct NvmlApi {
  NvmlReturn (*Init)();
  NvmlReturn (*Shutdown)();
  const char* (*ErrorString)(NvmlReturn);
  NvmlReturn (*GetCount)(unsigned int* count);
  NvmlReturn (*GetHandleByIndex)(unsigned int index, NvmlDevice* device);
  NvmlReturn (*GetHandleByUuid)(const char* uuid, NvmlDevice* device);
  NvmlReturn (*GetUuid)(NvmlDevice, char* uuid, unsigned int size);
  NvmlReturn (*GetName)(NvmlDevice, char* name, unsigned int size);
  NvmlReturn (*GetMemory)(NvmlDevice, NvmlMemory* memory);
  // ----
  NvmlReturn (*GetMigMode)(NvmlDevice, unsigned int* now, unsigned int* next);
  NvmlReturn (*GetMaxMigCount)(NvmlDevice, unsigned int* count);
  NvmlReturn (*GetMigHandle)(NvmlDevice, unsigned int index, NvmlDevice* mig);
  NvmlReturn (*GetUtilization)(NvmlDevice, NvmlUtilization* utilization);
  NvmlReturn (*GetMilliwatts)(NvmlDevice, unsigned int* power);
  NvmlReturn (*GetTemperature)(NvmlDevice, int sensor, unsigned int* celsius);
  NvmlReturn (*GetEccErrors)(NvmlDevice, int type, int counter,
                             unsigned long long* count);
  NvmlReturn (*GetMillijoules)(NvmlDevice, unsigned long long* energy);
  NvmlReturn (*CreateEventSet)(NvmlEventSet* set);
  NvmlReturn (*RegisterEvents)(NvmlDevice, unsigned long long types,
                               NvmlEventSet set);
  NvmlReturn (*WaitForEvent)(NvmlEventSet, NvmlEvent* event,
                             unsigned int milliseconds);
  NvmlReturn (*FreeEventSet)(NvmlEventSet set);
};

// Loads the library of this file name, for the life of the process. NOT_FOUND
// where it cannot be loaded, FAILED_PRECONDITION where it is not NVML.
absl::StatusOr<NvmlApi> LoadNvmlApi(const std::string& library);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DEVICES_NVML_API_H_
