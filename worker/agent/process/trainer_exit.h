#ifndef TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_EXIT_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_EXIT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::worker {

// How a trainer process ended, as the system tells it.
struct TrainerExit {
  // The signal that ended it, or 0.
  int signal = 0;
  int exit_code = 0;
  // The last bytes it wrote on standard error, valid UTF-8.
  std::string stderr_tail;
  // What was wrong with the bytes on its channel; empty when nothing was.
  std::string channel_error;
};

// Why a trainer was killed, by the agent unless it says otherwise.
enum class KillCause {
  kNone,
  // By the kernel, because the machine or the control group ran out of memory.
  kOutOfMemory,
  // It held more memory than its slot may.
  kMemoryLimit,
  // It was asked to cancel and did not end in time.
  kCancelled,
  // It was asked to stop at a checkpoint and did not end in time.
  kSuspended,
  kRunTimeExceeded,
  // The lease is gone; nobody asks for an outcome.
  kDropped,
  // It reported its outcome and did not end.
  kLingered,
  // It reported more than can be kept for the server.
  kTooManyEvents,
  // Its device is gone, and what it computes with it.
  kDeviceLost,
  // Its process gave no sign of life.
  kHung,
};

// "signal 9 (Killed)" or "exit code 3".
std::string DescribeExit(const TrainerExit& exit);

// The end of what it printed, on one line.
std::string LastWords(const TrainerExit& exit);

// A word for metrics: "exit", "signal", "out_of_memory", "memory_limit",
// "cancelled", "suspended", "run_time", "dropped", "lingered", "events",
// "device_lost" or "hung".
const char* DeathCause(const TrainerExit& exit, KillCause kill);

// Whether the kernel killed it for memory: it ended by a SIGKILL that was not
// the agent's while the kernel's count of such kills rose.
bool WasKilledForMemory(const TrainerExit& exit, KillCause kill,
                        int64_t oom_kills_before, int64_t oom_kills_after);

// The outcome of an item whose trainer ended without reporting one.
// `memory_limit_bytes`: the slot's.
internal::v1::Outcome OutcomeOfExit(const TrainerExit& exit, KillCause kill,
                                    int64_t memory_limit_bytes = 0);

// The outcome of an item that waited for a trainer while one after the other
// ended before it was up, the last one so.
internal::v1::Outcome StartFailedOutcome(const TrainerExit& exit);

// Says which fault of this place an outcome's error shows, where it does.
void NamePlaceFault(internal::v1::Outcome& outcome);

// The outcome of an item whose device failed, or failed before it ran.
internal::v1::Outcome DeviceFailedOutcome(std::string_view reason);

// An outcome with `status`, which is not OK.
internal::v1::Outcome FailedOutcome(const absl::Status& status, bool retryable);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_TRAINER_EXIT_H_
