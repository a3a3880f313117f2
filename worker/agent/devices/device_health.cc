#include "worker/agent/devices/device_health.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

// A first failure may be the fault of the work.
constexpr int kMaxFailures = 2;

}  // namespace

void DeviceHealth::OnProbeStarted() {
  probing_ = true;
  next_probe_ = absl::InfiniteDuration();
}

void DeviceHealth::OnProbePassed() {
  probing_ = false;
  reason_.clear();
  lost_ = false;
  failures_ = 0;
  pause_ = kFirstPause;
  next_probe_ = absl::InfiniteDuration();
}

void DeviceHealth::OnProbeFailed(std::string_view reason, absl::Duration now) {
  probing_ = false;
  reason_ = std::string(reason);
  ProbeLater(now);
}

void DeviceHealth::OnFailure(std::string_view reason, absl::Duration now) {
  if (!in_service() || ++failures_ < kMaxFailures) return;
  reason_ = absl::StrCat("it failed twice in a row, the last time: ",
                         std::string(reason));
  ProbeLater(now);
}

void DeviceHealth::OnSuccess() { failures_ = 0; }

void DeviceHealth::OnLost(absl::Duration now) {
  lost_ = true;
  bool was_in_service = in_service();
  reason_ = "it fell off the bus";
  if (was_in_service) ProbeLater(now);
}

void DeviceHealth::ProbeLater(absl::Duration now) {
  failures_ = 0;
  if (probing_) return;
  next_probe_ = now + pause_;
  pause_ = std::min(pause_ * 2, kLongestPause);
}

}  // namespace tunesmith::worker
