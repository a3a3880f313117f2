#ifndef TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_HEALTH_H_
#define TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_HEALTH_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace tunesmith::worker {

// Whether a GPU can be given work: from its first probe that passed until it
// failed twice in a row or fell off the bus, and again once another probe
// passed. Pure; times are Clock::Monotonic. Not thread-safe.
class DeviceHealth {
 public:
  // Pauses before it is probed again double from the first to the longest.
  static constexpr absl::Duration kFirstPause = absl::Seconds(30);
  static constexpr absl::Duration kLongestPause = absl::Minutes(10);

  bool in_service() const { return reason_.empty(); }
  // Why it is not in service, for people; otherwise empty.
  const std::string& reason() const { return reason_; }
  // Whether what runs there cannot go on.
  bool lost() const { return lost_; }
  // When to probe it: never while it is in service or a probe runs.
  absl::Duration next_probe() const { return next_probe_; }

  void OnProbeStarted();
  void OnProbePassed();
  void OnProbeFailed(std::string_view reason, absl::Duration now);

  // Work failed there because of the device.
  void OnFailure(std::string_view reason, absl::Duration now);
  // Work ended well there.
  void OnSuccess();
  // It fell off the bus.
  void OnLost(absl::Duration now);

 private:
  void ProbeLater(absl::Duration now);

  std::string reason_ = "it was not tried yet";
  bool lost_ = false;
  // In a row, while in service.
  int failures_ = 0;
  bool probing_ = false;
  absl::Duration pause_ = kFirstPause;
  absl::Duration next_probe_ = -absl::InfiniteDuration();
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_DEVICES_DEVICE_HEALTH_H_
