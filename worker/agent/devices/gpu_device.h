#ifndef TUNESMITH_WORKER_AGENT_DEVICES_GPU_DEVICE_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_GPU_DEVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "worker/agent/devices/device.h"
#include "worker/agent/devices/device_health.h"
#include "worker/agent/devices/device_metrics.h"
#include "worker/agent/process/device_probe.h"
#include "worker/agent/process/trainer_process.h"

namespace tunesmith::worker {

// A GPU of a worker, shared by the slots on it: hears how work goes there,
// takes the GPU out of service when it fails, and tries it at the start and
// from time to time until it works. All methods on the session's thread; none
// blocks.
class GpuDevice {
 public:
  // All outlive it.
  struct Dependencies {
    Clock& clock;
    TrainerSpawner& spawner;
    DeviceMetrics& metrics;
    // Brings a closure to the session's thread; any thread may call it.
    std::function<void(std::function<void()>)> post;
  };

  GpuDevice(Device device, Dependencies dependencies);
  ~GpuDevice();

  // Does what is due; returns when to call again, on Clock::Monotonic.
  absl::Duration Turn();

  // A trainer there has an item, until WorkEnded.
  void WorkBegan() { ++working_; }
  void WorkEnded() { --working_; }
  // How an item ended there.
  void OnOutcome(const internal::v1::Outcome& outcome);
  // A trainer died there before it was warm.
  void OnFailedStart(const TrainerExit& exit);
  void OnLost();

  const Device& device() const { return device_; }
  bool in_service() const { return health_.in_service(); }
  // Why it is not in service, for people.
  const std::string& reason() const { return health_.reason(); }
  // Whether what runs there cannot go on.
  bool lost() const { return health_.lost(); }
  // Whether its first probe has ended.
  bool tried() const { return tried_; }
  // Empty before a probe has passed.
  const std::string& compute_capability() const { return compute_capability_; }

 private:
  void StartProbe();
  void OnProbeExit(const TrainerExit& exit);
  void OnProbeEnd(const absl::StatusOr<ProbeAnswer>& answer);
  void Count(DeviceMetrics::Failure failure);
  // Says it where the device has left service, is back, or is out for another
  // reason than before.
  void Announce();

  const Device device_;
  const Dependencies dependencies_;
  // Callbacks of a probe that outlives this find it gone.
  const std::shared_ptr<bool> alive_;
  DeviceHealth health_;
  std::string announced_;
  bool tried_ = false;
  int working_ = 0;
  std::string compute_capability_;
  std::unique_ptr<DeviceProbe> probe_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_GPU_DEVICE_H_
