#ifndef TUNESMITH_WORKER_DEVICES_NVML_H_
#define TUNESMITH_WORKER_DEVICES_NVML_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/base/mutex.h"
#include "worker/devices/gpu.h"
#include "worker/devices/nvml_api.h"

namespace tunesmith::worker {

// The GPUs of this machine by NVIDIA's management library. It opens no GPU for
// computing: no context, and no memory of a GPU is taken. A call can take as
// long as the driver likes, for ever where a GPU is broken. Thread-safe.
class Nvml {
 public:
  static constexpr char kLibrary[] = "libnvidia-ml.so.1";

  // NOT_FOUND where the library cannot be loaded, FAILED_PRECONDITION where it
  // does not work, as beside another version of the driver.
  static absl::StatusOr<std::unique_ptr<Nvml>> Create(
      const std::string& library = kLibrary);
  ~Nvml();

  GpuInventory List();

  // Nothing is set for a GPU that is not known.
  GpuReadings Read(const std::string& uuid);

  // What the GPU has taken since the driver was loaded; the difference of two
  // is what it took in between. Nothing where it does not count.
  std::optional<double> EnergyJoules(const std::string& uuid);

  // The critical errors since the call before; those before the first call are
  // not known. Does not wait for any.
  std::vector<XidEvent> TakeXids();

 private:
  explicit Nvml(const NvmlApi& api) : api_(api) {}

  // The handle, by uuid; null where there is none. `lost`: because the GPU is.
  NvmlDevice HandleOf(const std::string& uuid, bool* lost = nullptr);
  void AddGpu(unsigned int index, GpuInventory& inventory);
  // The instances of a GPU in the mode for them; false where it is not.
  bool AddInstances(const Gpu& parent, NvmlDevice device,
                    GpuInventory& inventory);
  std::optional<Gpu> Describe(NvmlDevice device, std::string& problem);
  // Listens to every whole GPU. Once.
  void RegisterXids() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const NvmlApi api_;
  Mutex mutex_;
  std::map<std::string, NvmlDevice> handles_ ABSL_GUARDED_BY(mutex_);
  bool registered_ ABSL_GUARDED_BY(mutex_) = false;
  NvmlEventSet events_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::map<NvmlDevice, std::string> listened_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DEVICES_NVML_H_
