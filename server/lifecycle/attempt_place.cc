#include "server/lifecycle/attempt_place.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/place_faults.h"

namespace tunesmith::server {
namespace {

// An item that fails wherever it goes is a fault of something else: so many on
// several workers, or so many where there is but one.
constexpr int kMostFaults = 5;
constexpr int kMostFaultsOnOneWorker = 8;
// What a worker is shown with.
constexpr size_t kMaxMessageBytes = 512;

bool IsTooMany(const PlaceFaults::Tally& tally) {
  return tally.faults >=
         (tally.workers > 1 ? kMostFaults : kMostFaultsOnOneWorker);
}

absl::Status PlaceFailedError(const PlaceFaults::Tally& tally,
                              const absl::Status& cause) {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_PLACE_FAILED,
                   absl::StrCat("no worker could run it, after ", tally.faults,
                                " faults on ", tally.workers, " worker",
                                tally.workers > 1 ? "s" : "",
                                " (tunesmith workers list); the last one: ",
                                std::string(cause.message())));
}

}  // namespace

v1::PlaceFault PlaceFaultOf(const internal::v1::Outcome& outcome,
                            const absl::Status& error) {
  if (error.ok()) return v1::PLACE_FAULT_UNSPECIFIED;
  // Also from workers that do not tell of places.
  if (ErrorReasonOf(error) == v1::ERROR_REASON_DEVICE_FAILED) {
    return v1::PLACE_FAULT_DEVICE;
  }
  return v1::PlaceFault_IsValid(outcome.place_fault())
             ? outcome.place_fault()
             : v1::PLACE_FAULT_UNSPECIFIED;
}

absl::Status EndMisplacedAttempt(Transaction& tx,
                                 const LifecycleContext& context,
                                 const WorkRow& row, WorkSubject& subject,
                                 absl::Status cause, v1::PlaceFault fault) {
  // Before the worker's slot is offered again.
  tx.OnCommit([observer = context.observer, fault, worker = row.worker_id,
               message = std::string(CutAtCharacter(
                   std::string(cause.message()), kMaxMessageBytes))] {
    observer->OnPlaceFailed(worker, fault, message);
  });
  PlaceFaults::Tally tally = {.faults = 1, .workers = 1};
  if (context.places != nullptr) {
    tally = context.places->TallyWith(row.uid, row.worker_id);
  }
  absl::Status refused =
      IsTooMany(tally) ? PlaceFailedError(tally, cause) : subject.CheckRetry();
  if (!refused.ok()) {
    NotifyLeaseEnded(tx, context, row);
    TUNESMITH_RETURN_IF_ERROR(subject.Fail(refused));
    ForgetPlaceFaults(context, row.uid);
    return WorkQueue::Remove(tx, row.uid);
  }
  if (context.places != nullptr) {
    tx.OnCommit([places = context.places, uid = row.uid, needs = row.needs,
                 worker = row.worker_id] { places->Add(uid, needs, worker); });
  }
  NotifyLeaseEnded(tx, context, row);
  TUNESMITH_RETURN_IF_ERROR(subject.Relocate(cause));
  TUNESMITH_RETURN_IF_ERROR(WorkQueue::AddAttempt(tx, row.uid));
  if (subject.held()) return WorkQueue::Hold(tx, row.uid);
  tx.OnCommit([observer = context.observer] { observer->OnWorkAvailable(); });
  return WorkQueue::Requeue(tx, row.lease(), absl::ZeroDuration());
}

void NotifyPlaceWorked(Transaction& tx, const LifecycleContext& context,
                       const WorkRow& row) {
  tx.OnCommit([observer = context.observer, worker = row.worker_id] {
    observer->OnPlaceWorked(worker);
  });
}

void ForgetPlaceFaults(const LifecycleContext& context,
                       const std::string& item_uid) {
  if (context.places != nullptr) context.places->Forget(item_uid);
}

}  // namespace tunesmith::server
