#ifndef TUNESMITH_WORKER_AGENT_PROCESS_DEVICE_PROBE_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_DEVICE_PROBE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "worker/agent/process/trainer_process.h"

namespace tunesmith::worker {

// What a trainer found that opened a GPU and computed with it.
struct ProbeAnswer {
  // "9.0".
  std::string compute_capability;

  bool operator==(const ProbeAnswer&) const = default;
};

// From a line such as {"device":"cuda:0","name":"NVIDIA H100",
// "uuid":"GPU-...","memory_bytes":N,"compute_capability":"9.0"}. Other lines
// are passed over: libraries print what they like.
std::optional<ProbeAnswer> ParseProbeAnswer(std::string_view output);

// A trainer that tries a GPU and ends. All methods on one thread, which also
// is to hear of the end.
class DeviceProbe {
 public:
  // From its start to the kill. A first start from a cold disk reads gigabytes
  // of libraries.
  static constexpr absl::Duration kTimeLimit = absl::Minutes(2);

  // Starts a trainer for the GPU with this uuid. `on_exit` comes once, from a
  // thread of the process, unless this is destroyed before; it is to bring the
  // exit to Conclude. The spawner and the clock outlive it.
  static absl::StatusOr<std::unique_ptr<DeviceProbe>> Start(
      const std::string& uuid, Clock& clock, TrainerSpawner& spawner,
      std::function<void(TrainerExit)> on_exit);

  // Kills one that takes too long.
  void CheckDeadline();
  // On Clock::Monotonic: when to call CheckDeadline.
  absl::Duration kill_time() const { return kill_time_; }

  // Whether the GPU works; otherwise why not, for people.
  absl::StatusOr<ProbeAnswer> Conclude(const TrainerExit& exit) const;

 private:
  explicit DeviceProbe(Clock& clock)
      : clock_(clock), kill_time_(clock.Monotonic() + kTimeLimit) {}

  Clock& clock_;
  absl::Duration kill_time_;
  bool timed_out_ = false;
  std::unique_ptr<TrainerProcess> process_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_DEVICE_PROBE_H_
