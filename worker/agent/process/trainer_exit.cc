#include "worker/agent/process/trainer_exit.h"

#include <signal.h>
#include <string.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "proto/contract/error.h"

namespace tunesmith::worker {
namespace {

// Leaves room for other details in a status of 6 KiB.
constexpr size_t kMaxStderrInMessage = 2 << 10;
// The last words are a cell of a table and a part of a line of a log.
constexpr size_t kMaxLastWords = 400;

// The last `max_bytes` of a text, less what is not a whole character.
std::string Tail(const std::string& text, size_t max_bytes) {
  size_t begin = text.size() > max_bytes ? text.size() - max_bytes : 0;
  while (begin < text.size() && (text[begin] & 0xC0) == 0x80) ++begin;
  return text.substr(begin);
}

internal::v1::Outcome PlaceFailedOutcome(const absl::Status& status,
                                         v1::PlaceFault fault) {
  internal::v1::Outcome outcome = FailedOutcome(status, true);
  outcome.set_place_fault(fault);
  return outcome;
}

internal::v1::Outcome HungOutcome() {
  return PlaceFailedOutcome(
      MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED,
                "the trainer's process gave no sign of life and was killed"),
      v1::PLACE_FAULT_HANG);
}

absl::Status TrainerDied(const TrainerExit& exit) {
  std::string message = absl::StrCat("the trainer ended without a result by ",
                                     DescribeExit(exit));
  if (!exit.channel_error.empty()) {
    absl::StrAppend(&message, " (", exit.channel_error, ")");
  }
  if (exit.stderr_tail.empty()) {
    absl::StrAppend(&message, "; it wrote nothing to standard error");
  } else {
    absl::StrAppend(&message, "; its last words: ",
                    Tail(exit.stderr_tail, kMaxStderrInMessage));
  }
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED,
                   message);
}

internal::v1::Outcome OutOfMemoryOutcome(const std::string& message) {
  return FailedOutcome(MakeError(absl::StatusCode::kResourceExhausted,
                                 v1::ERROR_REASON_OUT_OF_MEMORY, message),
                       false);
}

}  // namespace

std::string DescribeExit(const TrainerExit& exit) {
  if (exit.signal == 0) return absl::StrCat("exit code ", exit.exit_code);
  const char* name = sigdescr_np(exit.signal);
  return absl::StrCat("signal ", exit.signal, " (",
                      name == nullptr ? "unknown" : name, ")");
}

std::string LastWords(const TrainerExit& exit) {
  std::vector<std::string> words = absl::StrSplit(
      exit.stderr_tail, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  return Tail(absl::StrJoin(words, " "), kMaxLastWords);
}

const char* DeathCause(const TrainerExit& exit, KillCause kill) {
  switch (kill) {
    case KillCause::kNone:
      return exit.signal == 0 ? "exit" : "signal";
    case KillCause::kOutOfMemory:
      return "out_of_memory";
    case KillCause::kMemoryLimit:
      return "memory_limit";
    case KillCause::kCancelled:
      return "cancelled";
    case KillCause::kSuspended:
      return "suspended";
    case KillCause::kRunTimeExceeded:
      return "run_time";
    case KillCause::kDropped:
      return "dropped";
    case KillCause::kLingered:
      return "lingered";
    case KillCause::kTooManyEvents:
      return "events";
    case KillCause::kDeviceLost:
      return "device_lost";
    case KillCause::kHung:
      return "hung";
  }
  return "exit";
}

bool WasKilledForMemory(const TrainerExit& exit, KillCause kill,
                        int64_t oom_kills_before, int64_t oom_kills_after) {
  return kill == KillCause::kNone && exit.signal == SIGKILL &&
         oom_kills_after > oom_kills_before;
}

internal::v1::Outcome OutcomeOfExit(const TrainerExit& exit, KillCause kill,
                                    int64_t memory_limit_bytes) {
  switch (kill) {
    case KillCause::kOutOfMemory:
      return OutOfMemoryOutcome(
          "the machine ran out of memory and the system killed the trainer "
          "(try a smaller batch_size or max_length)");
    case KillCause::kMemoryLimit:
      return OutOfMemoryOutcome(absl::StrCat(
          "the trainer held more of the host's memory than the ",
          memory_limit_bytes >> 20,
          " MiB that a slot of this worker may, and was ended (try a smaller "
          "batch_size or max_length, or give the worker a larger "
          "--slot-memory)"));
    case KillCause::kCancelled:
      return FailedOutcome(
          MakeError(absl::StatusCode::kCancelled, v1::ERROR_REASON_CANCELLED,
                    "cancelled; the trainer did not stop in time and was "
                    "killed"),
          false);
    case KillCause::kRunTimeExceeded:
      return FailedOutcome(MakeError(absl::StatusCode::kDeadlineExceeded,
                                     v1::ERROR_REASON_RUN_TIME_EXCEEDED,
                                     "ran longer than max_run_time"),
                           false);
    case KillCause::kTooManyEvents:
      return FailedOutcome(
          MakeError(absl::StatusCode::kResourceExhausted,
                    v1::ERROR_REASON_TOO_LARGE,
                    "the trainer reported more than the server takes"),
          false);
    case KillCause::kDeviceLost:
      return DeviceFailedOutcome("it fell off the bus");
    case KillCause::kHung:
      return HungOutcome();
    case KillCause::kNone:
    case KillCause::kSuspended:
    case KillCause::kDropped:
    case KillCause::kLingered:
      break;
  }
  return FailedOutcome(TrainerDied(exit), true);
}

internal::v1::Outcome StartFailedOutcome(const TrainerExit& exit) {
  return PlaceFailedOutcome(TrainerDied(exit), v1::PLACE_FAULT_START);
}

void NamePlaceFault(internal::v1::Outcome& outcome) {
  switch (ErrorReasonOf(FromRpcStatus(outcome.error()))) {
    case v1::ERROR_REASON_DISK_FULL:
      outcome.set_place_fault(v1::PLACE_FAULT_DISK);
      break;
    case v1::ERROR_REASON_DEVICE_FAILED:
      outcome.set_place_fault(v1::PLACE_FAULT_DEVICE);
      break;
    default:
      break;
  }
}

internal::v1::Outcome DeviceFailedOutcome(std::string_view reason) {
  return PlaceFailedOutcome(
      MakeError(
          absl::StatusCode::kInternal, v1::ERROR_REASON_DEVICE_FAILED,
          absl::StrCat("the device is out of service: ", std::string(reason))),
      v1::PLACE_FAULT_DEVICE);
}

internal::v1::Outcome FailedOutcome(const absl::Status& status,
                                    bool retryable) {
  internal::v1::Outcome outcome;
  *outcome.mutable_error() = ToRpcStatus(status);
  outcome.set_retryable(retryable);
  return outcome;
}

}  // namespace tunesmith::worker
