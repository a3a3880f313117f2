#include "worker/trainer/session.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "nlohmann/json.hpp"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "worker/trainer/channel.h"
#include "worker/trainer/work.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

absl::Status RunSession(const SessionOptions& options) {
  // Nobody is left who could use the result: no reason to tidy up.
  AgentChannel channel(options.channel_fd, [] { _exit(kAgentGoneExitCode); });
  TUNESMITH_RETURN_IF_ERROR(WarmUp(options.device, options.threads));
  channel.SendReady(options.device);
  std::optional<internal::v1::TrainerAssignment> assignment =
      channel.WaitForAssignment();
  if (!assignment.has_value()) return absl::OkStatus();

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
  };
  reporter.Outcome(DoWork(context));
  return absl::OkStatus();
}

std::string DeviceLines() {
  std::string lines;
  for (const DeviceDescription& device : ListDevices()) {
    nlohmann::ordered_json line = {{"device", device.device},
                                   {"name", device.name},
                                   {"memory_bytes", device.memory_bytes}};
    lines += line.dump(-1, ' ', false,
                       nlohmann::ordered_json::error_handler_t::replace);
    lines += '\n';
  }
  return lines;
}

}  // namespace tunesmith::worker
