#include "worker/agent/agent_outcomes.h"

#include <string>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "proto/contract/error.h"
#include "worker/agent/process/trainer_exit.h"

namespace tunesmith::worker {

internal::v1::Outcome CancelledOutcome() {
  return FailedOutcome(MakeError(absl::StatusCode::kCancelled,
                                 v1::ERROR_REASON_CANCELLED, "cancelled"),
                       false);
}

internal::v1::Outcome SuspendedOutcome() {
  internal::v1::Outcome outcome;
  outcome.mutable_suspended();
  return outcome;
}

internal::v1::Outcome StagingOutcome(const absl::Status& status) {
  bool has_reason = ErrorReasonOf(status) != v1::ERROR_REASON_UNSPECIFIED;
  // A shared volume can come back; a malformed key stays one.
  const bool malformed = absl::IsInvalidArgument(status);
  internal::v1::Outcome outcome = FailedOutcome(
      has_reason ? status
                 : MakeError(status.code(), v1::ERROR_REASON_INTERNAL,
                             std::string(status.message())),
      !malformed);
  if (!malformed) outcome.set_place_fault(v1::PLACE_FAULT_STAGING);
  NamePlaceFault(outcome);
  return outcome;
}

internal::v1::WorkEvent OutcomeEvent(internal::v1::Outcome outcome,
                                     absl::Time now) {
  internal::v1::WorkEvent event;
  *event.mutable_time() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
          absl::ToUnixNanos(now));
  *event.mutable_outcome() = std::move(outcome);
  return event;
}

}  // namespace tunesmith::worker
