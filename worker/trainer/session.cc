#include "worker/trainer/session.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "nlohmann/json.hpp"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "worker/trainer/channel.h"
#include "worker/trainer/work.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

namespace {

// Does the one assignment of the channel, if there comes one, and returns how
// it ended.
absl::StatusOr<internal::v1::Outcome> Serve(const SessionOptions& options,
                                            AgentChannel& channel) {
  TUNESMITH_RETURN_IF_ERROR(WarmUp(options.device, options.threads));
  channel.SendReady(options.device);
  std::optional<internal::v1::TrainerAssignment> assignment =
      channel.WaitForAssignment();
  if (!assignment.has_value()) return internal::v1::Outcome();

  WorkReporter reporter(
      [&channel](internal::v1::WorkEvent event) {
        channel.SendEvent(std::move(event));
      },
      SystemClock());
  WorkContext context{
      .assignment = *assignment,
      .reporter = reporter,
      .clock = SystemClock(),
      .on_progress =
          [&channel](tunesmith::v1::Progress progress) {
            channel.SendProgress(std::move(progress));
          },
      .stop_request = [&channel] { return channel.stop_request(); },
      .device = options.device,
      .threads = options.threads,
      .next_batch =
          [&channel](absl::Duration patience) {
            return channel.NextBatch(patience);
          },
      .on_predicted =
          [&channel](const internal::v1::PredictBatchResult& result) {
            channel.SendPredicted(result);
          },
  };
  internal::v1::Outcome outcome = DoWork(context);
  reporter.Outcome(outcome);
  return outcome;
}

bool SaysDeviceFailed(const internal::v1::Outcome& outcome) {
  return ErrorReasonOf(FromRpcStatus(outcome.error())) ==
         tunesmith::v1::ERROR_REASON_DEVICE_FAILED;
}

}  // namespace

absl::Status RunSession(const SessionOptions& options) {
  bool device_failed = false;
  {
    // Nobody is left who could use the result: no reason to tidy up.
    AgentChannel channel(options.channel_fd, [] { _exit(kAgentGoneExitCode); });
    TUNESMITH_ASSIGN_OR_RETURN(internal::v1::Outcome outcome,
                               Serve(options, channel));
    device_failed = SaysDeviceFailed(outcome);
  }
  // The libraries of a GPU that failed may wait for it for ever when they end.
  if (device_failed) _exit(kDeviceFailedExitCode);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProbeLine(const std::string& device) {
  TUNESMITH_ASSIGN_OR_RETURN(DeviceDescription probed, ProbeDevice(device));
  nlohmann::ordered_json line = {
      {"device", probed.device},
      {"name", probed.name},
      {"uuid", probed.uuid},
      {"memory_bytes", probed.memory_bytes},
      {"compute_capability", probed.compute_capability}};
  return line.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace tunesmith::worker
