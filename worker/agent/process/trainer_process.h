#ifndef TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_PROCESS_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_PROCESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tunesmith/internal/v1/trainer_channel.pb.h"
#include "worker/agent/process/trainer_command.h"
#include "worker/agent/process/trainer_exit.h"

namespace tunesmith::worker {

// A trainer that was started. One thread uses it.
class TrainerProcess {
 public:
  // Kills it where it still runs, and waits for its end.
  virtual ~TrainerProcess() = default;

  // UNAVAILABLE: it is gone, or does not read.
  virtual absl::Status Send(const internal::v1::AgentMessage& message) = 0;

  // SIGKILL for it and whatever it started. Returns at once; OK to repeat.
  virtual void Kill() = 0;

  // See ParseHeldMemory; nothing once it is gone.
  virtual std::optional<int64_t> HeldMemoryBytes() = 0;
};

// Where a trainer's news go: called from a thread of the trainer, in order,
// `on_exit` exactly once and last. Must not block for long.
struct TrainerSink {
  std::function<void(internal::v1::TrainerMessage)> on_message;
  std::function<void(TrainerExit)> on_exit;
};

// Starts trainers. Thread-safe.
class TrainerSpawner {
 public:
  virtual ~TrainerSpawner() = default;

  virtual absl::StatusOr<std::unique_ptr<TrainerProcess>> Spawn(
      const TrainerCommand& command, TrainerSink sink) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_PROCESS_H_
