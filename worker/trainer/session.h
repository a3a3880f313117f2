#ifndef TUNESMITH_WORKER_TRAINER_SESSION_H_
#define TUNESMITH_WORKER_TRAINER_SESSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tunesmith::worker {

// What a trainer process is told on its command line.
struct SessionOptions {
  // The trainer's end of the socket pair.
  int channel_fd = -1;
  // "cpu" or "cuda:N", as this process sees them.
  std::string device = "cpu";
  int threads = 1;
};

// Exit code of a trainer whose agent is gone.
inline constexpr int kAgentGoneExitCode = 3;
// Of one whose GPU failed; the outcome was reported.
inline constexpr int kDeviceFailedExitCode = 4;

// A trainer's whole life after its start: warms up, takes one assignment, does
// it, reports the outcome. Ends the process when the agent goes away. An error
// when it could not warm up; how the work ended is the agent's to know.
absl::Status RunSession(const SessionOptions& options);

// Tries a device as ProbeDevice does and describes it in one line of JSON:
// {"device":"cuda:0","name":"...","uuid":"GPU-...","memory_bytes":N,
// "compute_capability":"9.0"}. Errors of ProbeDevice.
absl::StatusOr<std::string> ProbeLine(const std::string& device);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_SESSION_H_
