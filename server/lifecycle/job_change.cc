#include "server/lifecycle/job_change.h"

#include <algorithm>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {

JobChange::JobChange(Transaction& tx, const LifecycleContext& context,
                     v1::Job job)
    : tx_(tx), context_(context), before_(job), job_(std::move(job)) {}

absl::Status JobChange::RecordCreation() {
  tx_.OnCommit([hub = context_.hub, key = key()] { hub->NotifyChanged(key); });
  return AppendStateChange(v1::Job::STATE_UNSPECIFIED, absl::OkStatus(), "");
}

absl::Status JobChange::Move(JobAction action, const absl::Status& cause,
                             const std::string& message) {
  v1::Job::State from = job_.state();
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job::State to,
                             NextState(job_.name(), from, action));
  job_.set_state(to);
  if (IsTerminal(to)) {
    End(cause);
  } else {
    job_.clear_end_time();
    job_.clear_error();
  }
  if (!HoldsDevice(to)) {
    tx_.OnCommit(
        [hub = context_.hub, key = key()] { hub->ClearProgress(key); });
  }
  return AppendStateChange(from, cause, message);
}

void JobChange::End(const absl::Status& cause) {
  *job_.mutable_end_time() = ToWireTime(tx_.now());
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (job_.state() == v1::Job::FAILED) {
    if (!job_.has_error()) *job_.mutable_error() = ToRpcStatus(cause);
    reason = ErrorReasonOf(cause);
  } else if (job_.state() == v1::Job::CANCELLED) {
    reason = v1::ERROR_REASON_CANCELLED;
  }
  absl::Duration duration = std::max(
      absl::ZeroDuration(), tx_.now() - FromWireTime(job_.create_time()));
  tx_.OnCommit([observer = context_.observer, state = job_.state(), reason,
                duration] { observer->OnJobEnded(state, reason, duration); });
}

absl::Status JobChange::AppendStateChange(v1::Job::State from,
                                          const absl::Status& cause,
                                          const std::string& message) {
  v1::JobEvent event;
  v1::StateChanged& change = *event.mutable_state_changed();
  change.set_from(from);
  change.set_to(job_.state());
  if (!cause.ok()) *change.mutable_error() = ToRpcStatus(cause);
  change.set_message(message);
  return Append(std::move(event));
}

absl::Status JobChange::Append(v1::JobEvent event) {
  event.set_attempt(job_.attempt());
  TUNESMITH_ASSIGN_OR_RETURN(int64_t sequence,
                             EventLog::Append(tx_, key(), std::move(event)));
  job_.set_last_sequence(sequence);
  has_new_events_ = true;
  return absl::OkStatus();
}

absl::Status JobChange::Save() {
  TUNESMITH_ASSIGN_OR_RETURN(bool changed,
                             JobTable::UpdateIfChanged(tx_, before_, job_));
  if (changed) {
    tx_.OnCommit(
        [hub = context_.hub, key = key()] { hub->NotifyChanged(key); });
  }
  if (has_new_events_) {
    tx_.OnCommit([hub = context_.hub, key = key()] { hub->NotifyEvents(key); });
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
