#ifndef TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_METRICS_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_METRICS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"
#include "proto/contract/base/mutex.h"
#include "worker/agent/devices/device.h"
#include "worker/devices/gpu.h"

namespace tunesmith::worker {

// What a worker's GPUs tell of themselves, and whether they are in service. A
// scrape gets what the newest look found, and no series for what a GPU does
// not tell. Labels are its place and uuid. Thread-safe.
class DeviceMetrics : public prometheus::Collectable {
 public:
  // What showed that a device does not work.
  enum class Failure { kProbe, kStart, kWork, kLost };

  void SetInService(const Device& gpu, bool in_service);
  void CountFailure(const Device& gpu, Failure failure);
  void SetReadings(const Device& gpu, const GpuReadings& readings);
  void CountXid(const Device& gpu, int64_t xid);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Figures {
    std::string device;
    bool in_service = false;
    // All of them, so that the first failure is seen as a rise.
    std::map<Failure, int64_t> failures = {{Failure::kProbe, 0},
                                           {Failure::kStart, 0},
                                           {Failure::kWork, 0},
                                           {Failure::kLost, 0}};
    GpuReadings readings;
    int64_t xids = 0;
    std::optional<int64_t> last_xid;
  };

  Figures& FiguresOf(const Device& gpu) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  // By uuid.
  std::map<std::string, Figures> figures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_METRICS_H_
