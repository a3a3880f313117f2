#include "worker/agent/devices/gpu_device.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

// The driver explains its errors on further lines.
std::string FirstLine(const absl::Status& status) {
  std::string message(status.message());
  return message.substr(0, message.find('\n'));
}

}  // namespace

GpuDevice::GpuDevice(Device device, Dependencies dependencies)
    : device_(std::move(device)),
      dependencies_(std::move(dependencies)),
      alive_(std::make_shared<bool>(true)),
      announced_(health_.reason()) {
  dependencies_.metrics.SetInService(device_, false);
}

GpuDevice::~GpuDevice() { *alive_ = false; }

absl::Duration GpuDevice::Turn() {
  if (dependencies_.clock.Monotonic() >= health_.next_probe()) StartProbe();
  if (probe_ == nullptr) return health_.next_probe();
  probe_->CheckDeadline();
  return probe_->kill_time();
}

void GpuDevice::StartProbe() {
  health_.OnProbeStarted();
  auto probe = DeviceProbe::Start(
      device_.uuid, dependencies_.clock, dependencies_.spawner,
      [this, alive = alive_, post = dependencies_.post](TrainerExit exit) {
        post([this, alive, exit = std::move(exit)] {
          if (*alive) OnProbeExit(exit);
        });
      });
  if (!probe.ok()) return OnProbeEnd(probe.status());
  probe_ = *std::move(probe);
}

void GpuDevice::OnProbeExit(const TrainerExit& exit) {
  auto answer = probe_->Conclude(exit);
  probe_.reset();
  OnProbeEnd(answer);
}

void GpuDevice::OnProbeEnd(const absl::StatusOr<ProbeAnswer>& answer) {
  tried_ = true;
  if (answer.ok()) {
    compute_capability_ = answer->compute_capability;
    health_.OnProbePassed();
  } else {
    Count(DeviceMetrics::Failure::kProbe);
    health_.OnProbeFailed(std::string(answer.status().message()),
                          dependencies_.clock.Monotonic());
  }
  Announce();
}

void GpuDevice::OnOutcome(const internal::v1::Outcome& outcome) {
  absl::Status status = FromRpcStatus(outcome.error());
  if (status.ok()) return health_.OnSuccess();
  if (ErrorReasonOf(status) != v1::ERROR_REASON_DEVICE_FAILED) return;
  Count(DeviceMetrics::Failure::kWork);
  health_.OnFailure(FirstLine(status), dependencies_.clock.Monotonic());
  Announce();
}

void GpuDevice::OnFailedStart(const TrainerExit& exit) {
  // Beside work it may have wanted the memory that the work has.
  if (working_ > 0) return;
  Count(DeviceMetrics::Failure::kStart);
  health_.OnFailure(absl::StrCat("a trainer died in starting by ",
                                 DescribeExit(exit), ": ", LastWords(exit)),
                    dependencies_.clock.Monotonic());
  Announce();
}

void GpuDevice::OnLost() {
  Count(DeviceMetrics::Failure::kLost);
  health_.OnLost(dependencies_.clock.Monotonic());
  Announce();
}

void GpuDevice::Count(DeviceMetrics::Failure failure) {
  dependencies_.metrics.CountFailure(device_, failure);
}

void GpuDevice::Announce() {
  dependencies_.metrics.SetInService(device_, in_service());
  if (announced_ == reason()) return;
  announced_ = reason();
  if (in_service()) {
    spdlog::info(
        "device in service device={} uuid={} name=\"{}\" "
        "compute_capability={}",
        device_.id, device_.uuid, device_.name, compute_capability_);
  } else {
    spdlog::error("device out of service device={} uuid={} reason=\"{}\"",
                  device_.id, device_.uuid, reason());
  }
}

}  // namespace tunesmith::worker
