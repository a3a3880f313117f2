#ifndef TUNESMITH_WORKER_TRAINER_SESSION_H_
#define TUNESMITH_WORKER_TRAINER_SESSION_H_

#include <string>

#include "absl/status/status.h"

namespace tunesmith::worker {

// What a trainer process is told on its command line.
struct SessionOptions {
  // The trainer's end of the socket pair.
  int channel_fd = -1;
  // "cpu" or "cuda:N".
  std::string device = "cpu";
  int threads = 1;
};

// Exit code of a trainer whose agent is gone.
inline constexpr int kAgentGoneExitCode = 3;

// A trainer's whole life after its start: warms up, takes one assignment, does
// it, reports the outcome. Ends the process when the agent goes away. An error
// when it could not warm up; how the work ended is the agent's to know.
absl::Status RunSession(const SessionOptions& options);

// One line of JSON for each device of this machine.
std::string DeviceLines();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_SESSION_H_
