#include "worker/agent/process/device_probe.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {

std::optional<ProbeAnswer> ParseProbeAnswer(std::string_view output) {
  while (!output.empty()) {
    size_t end = output.find('\n');
    nlohmann::json line =
        nlohmann::json::parse(output.substr(0, end), nullptr, false);
    output.remove_prefix(end == std::string_view::npos ? output.size()
                                                       : end + 1);
    if (!line.is_object() || !line.contains("device")) continue;
    ProbeAnswer answer;
    auto capability = line.find("compute_capability");
    if (capability != line.end() && capability->is_string()) {
      answer.compute_capability = capability->get<std::string>();
    }
    return answer;
  }
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<DeviceProbe>> DeviceProbe::Start(
    const std::string& uuid, Clock& clock, TrainerSpawner& spawner,
    std::function<void(TrainerExit)> on_exit) {
  std::unique_ptr<DeviceProbe> probe(new DeviceProbe(clock));
  TrainerSink sink;
  sink.on_message = [](const internal::v1::TrainerMessage&) {};
  sink.on_exit = std::move(on_exit);
  TUNESMITH_ASSIGN_OR_RETURN(
      probe->process_, spawner.Spawn(CommandOfProbe(uuid), std::move(sink)));
  return probe;
}

void DeviceProbe::CheckDeadline() {
  if (clock_.Monotonic() < kill_time_) return;
  kill_time_ = absl::InfiniteDuration();
  timed_out_ = true;
  process_->Kill();
}

absl::StatusOr<ProbeAnswer> DeviceProbe::Conclude(
    const TrainerExit& exit) const {
  if (timed_out_) {
    return absl::DeadlineExceededError(
        absl::StrCat("its probe did not end within ",
                     absl::FormatDuration(kTimeLimit), " and was killed"));
  }
  std::optional<ProbeAnswer> answer = ParseProbeAnswer(exit.stderr_tail);
  bool ended_well = exit.signal == 0 && exit.exit_code == 0;
  if (ended_well && answer.has_value()) return *answer;
  std::string words = LastWords(exit);
  return absl::FailedPreconditionError(
      absl::StrCat("its probe ended by ", DescribeExit(exit),
                   ended_well ? " without an answer" : "",
                   words.empty() ? "" : ": ", words));
}

}  // namespace tunesmith::worker
