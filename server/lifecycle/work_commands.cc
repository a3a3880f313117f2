#include "server/lifecycle/work_commands.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "server/jobs/retry_policy.h"
#include "server/lifecycle/attempt_place.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/work_subject.h"

namespace tunesmith::server {
namespace {

using internal::v1::Outcome;
using internal::v1::WorkEvent;

constexpr size_t kMaxErrorBytes = 4096;

absl::Status BadEvents(const WorkRow& row, const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   v1::ERROR_REASON_INVALID_FIELD,
                   absl::StrCat("events of ", row.subject, ": ", message));
}

// Whether an attempt that cannot begin would not begin later either, as the
// store's errors do not say.
bool SpeaksAgainst(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsFailedPrecondition(status) || absl::IsDataLoss(status);
}

absl::Status EndItem(Transaction& tx, const LifecycleContext& context,
                     const WorkRow& row) {
  ForgetPlaceFaults(context, row.uid);
  return WorkQueue::Remove(tx, row.uid);
}

// An attempt ended without a result.
absl::Status EndFailedAttempt(Transaction& tx, const LifecycleContext& context,
                              const WorkRow& row, WorkSubject& subject,
                              absl::Status cause, bool retryable) {
  TUNESMITH_ASSIGN_OR_RETURN(bool adapted, subject.Adapt(cause));
  if (adapted) TUNESMITH_RETURN_IF_ERROR(WorkQueue::AddAttempt(tx, row.uid));
  bool again = adapted || (retryable && CanEndOtherwise(cause) &&
                           row.attempt < row.max_attempts);
  if (again) {
    if (absl::Status refused = subject.CheckRetry(); !refused.ok()) {
      again = false;
      cause = refused;
    }
  }
  if (!again) {
    TUNESMITH_RETURN_IF_ERROR(subject.Fail(cause));
    return EndItem(tx, context, row);
  }
  TUNESMITH_RETURN_IF_ERROR(subject.Retry(cause));
  if (subject.held()) return WorkQueue::Hold(tx, row.uid);
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return WorkQueue::Requeue(
      tx, row.lease(),
      adapted ? absl::ZeroDuration()
              : RetryDelay(cause, row.attempt, context.retry_delay));
}

absl::Status FailAttempt(Transaction& tx, const LifecycleContext& context,
                         const WorkRow& row, WorkSubject& subject,
                         const absl::Status& cause, bool retryable) {
  NotifyLeaseEnded(tx, context, row);
  if (subject.cancelled()) {
    TUNESMITH_RETURN_IF_ERROR(subject.Stop());
    return EndItem(tx, context, row);
  }
  return EndFailedAttempt(tx, context, row, subject, cause, retryable);
}

// An attempt ended at a checkpoint, as its worker was asked to. It was no
// failure, so it does not count.
absl::Status SuspendAttempt(Transaction& tx, const LifecycleContext& context,
                            const WorkRow& row, WorkSubject& subject) {
  NotifyLeaseEnded(tx, context, row);
  TUNESMITH_RETURN_IF_ERROR(subject.Suspend());
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::AddAttempt(tx, row.uid));
  if (subject.held()) return WorkQueue::Hold(tx, row.uid);
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return WorkQueue::Requeue(tx, row.lease(), absl::ZeroDuration());
}

absl::Status OutcomeError(const Outcome& outcome) {
  google::rpc::Status error = outcome.error();
  error.set_message(
      std::string(CutAtCharacter(error.message(), kMaxErrorBytes)));
  return FromRpcStatus(error);
}

// Whether the outcome shows that the place is well. A trainer that died says
// nothing, nor does what was stopped.
bool ShowsPlaceWorked(const Outcome& outcome, const absl::Status& error) {
  if (outcome.has_suspended() || absl::IsCancelled(error)) return false;
  return ErrorReasonOf(error) != v1::ERROR_REASON_TRAINER_DIED;
}

absl::Status ApplyOutcome(Transaction& tx, const LifecycleContext& context,
                          const WorkRow& row, WorkSubject& subject,
                          const Outcome& outcome) {
  absl::Status error = OutcomeError(outcome);
  bool retryable = outcome.retryable();
  v1::PlaceFault fault = PlaceFaultOf(outcome, error);
  if (fault != v1::PLACE_FAULT_UNSPECIFIED && !subject.cancelled()) {
    return EndMisplacedAttempt(tx, context, row, subject, error, fault);
  }
  if (fault == v1::PLACE_FAULT_UNSPECIFIED &&
      ShowsPlaceWorked(outcome, error)) {
    NotifyPlaceWorked(tx, context, row);
  }
  if (error.ok() && outcome.has_suspended() && !subject.cancelled()) {
    return SuspendAttempt(tx, context, row, subject);
  }
  if (error.ok() && !subject.cancelled()) {
    error = subject.CheckResult(outcome);
    // A worker that reports nonsense would do so again.
    retryable = false;
  }
  if (!error.ok() || subject.cancelled()) {
    return FailAttempt(tx, context, row, subject, error, retryable);
  }
  TUNESMITH_RETURN_IF_ERROR(subject.Succeed(outcome));
  NotifyLeaseEnded(tx, context, row);
  return EndItem(tx, context, row);
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkSubject>> LoadWorkSubject(
    Transaction& tx, const LifecycleContext& context, const WorkRow& row) {
  switch (row.item.payload_case()) {
    case internal::v1::WorkItem::kTrain:
      return LoadTrainedJob(tx, context, row);
    case internal::v1::WorkItem::kInspect:
      return LoadInspectedDataset(tx, context, row);
    case internal::v1::WorkItem::kImport:
      return LoadImportedModel(tx, context, row);
    case internal::v1::WorkItem::kPreview:
      return LoadPreviewedPictures(tx, context, row);
    case internal::v1::WorkItem::kPredict:
      return LoadHeldModel(tx, context, row);
    case internal::v1::WorkItem::PAYLOAD_NOT_SET:
      break;
  }
  return absl::InternalError("a work item without payload: " + row.subject);
}

absl::Status StartAttempt(Transaction& tx, const LifecycleContext& context,
                          const WorkRow& row) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<WorkSubject> subject,
                             LoadWorkSubject(tx, context, row));
  absl::Status started = subject->Start();
  if (SpeaksAgainst(started)) {
    TUNESMITH_RETURN_IF_ERROR(subject->Fail(started));
    TUNESMITH_RETURN_IF_ERROR(subject->Save());
    NotifyLeaseEnded(tx, context, row);
    return EndItem(tx, context, row);
  }
  TUNESMITH_RETURN_IF_ERROR(started);
  TUNESMITH_RETURN_IF_ERROR(subject->Save());
  NotifyAssignmentsChanged(tx, context, row);
  return absl::OkStatus();
}

absl::Status PreemptAttempt(Transaction& tx, const LifecycleContext& context,
                            const WorkRow& row, const std::string& by) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<WorkSubject> subject,
                             LoadWorkSubject(tx, context, row));
  TUNESMITH_RETURN_IF_ERROR(subject->Preempt(by));
  TUNESMITH_RETURN_IF_ERROR(subject->Save());
  NotifyAssignmentsChanged(tx, context, row);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ApplyWorkEvents(Transaction& tx,
                                        const LifecycleContext& context,
                                        const LeaseKey& lease,
                                        const std::vector<WorkEvent>& events) {
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row,
                             WorkQueue::CheckLease(tx.db(), lease));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<WorkSubject> subject,
                             LoadWorkSubject(tx, context, row));
  int64_t newest = row.event_sequence;
  bool ended = false;
  for (const WorkEvent& event : events) {
    if (event.sequence() <= newest) continue;
    if (event.sequence() != newest + 1) {
      return BadEvents(row, absl::StrCat("expected sequence ", newest + 1,
                                         ", got: ", event.sequence()));
    }
    if (ended) return BadEvents(row, "an event follows the outcome");
    newest = event.sequence();
    if (event.has_outcome()) {
      TUNESMITH_RETURN_IF_ERROR(
          ApplyOutcome(tx, context, row, *subject, event.outcome()));
      ended = true;
    } else {
      TUNESMITH_RETURN_IF_ERROR(subject->Record(event));
      if (event.has_checkpoint()) {
        NotifyPlaceWorked(tx, context, row);
        ForgetPlaceFaults(context, row.uid);
      }
    }
  }
  if (newest == row.event_sequence) return newest;
  TUNESMITH_RETURN_IF_ERROR(subject->Save());
  if (!ended) {
    TUNESMITH_RETURN_IF_ERROR(WorkQueue::SetEventSequence(tx, lease, newest));
  }
  return newest;
}

absl::Status ExpireLease(Transaction& tx, const LifecycleContext& context,
                         const LeaseKey& lease, const std::string& message) {
  absl::StatusOr<WorkRow> row = WorkQueue::CheckLease(tx.db(), lease);
  if (absl::IsAborted(row.status())) return absl::OkStatus();
  TUNESMITH_RETURN_IF_ERROR(row.status());
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<WorkSubject> subject,
                             LoadWorkSubject(tx, context, *row));
  absl::Status lost = MakeError(absl::StatusCode::kAborted,
                                v1::ERROR_REASON_WORKER_LOST, message);
  TUNESMITH_RETURN_IF_ERROR(
      FailAttempt(tx, context, *row, *subject, lost, /*retryable=*/true));
  return subject->Save();
}

}  // namespace tunesmith::server
