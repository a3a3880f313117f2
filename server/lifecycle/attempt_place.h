#ifndef TUNESMITH_SERVER_LIFECYCLE_ATTEMPT_PLACE_H_
#define TUNESMITH_SERVER_LIFECYCLE_ATTEMPT_PLACE_H_

#include <string>

#include "absl/status/status.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/work_subject.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/worker.pb.h"

// What attempts tell of the places that they ran in.

namespace tunesmith::server {

// Which fault of the place ended an attempt with `error`; UNSPECIFIED: none.
v1::PlaceFault PlaceFaultOf(const internal::v1::Outcome& outcome,
                            const absl::Status& error);

// An attempt failed by its place, which costs it nothing: the item waits again
// and goes elsewhere. After too many of these it fails with PLACE_FAILED. The
// worker rests; see WorkerRegistry. The lease's end is told by this as well.
absl::Status EndMisplacedAttempt(Transaction& tx,
                                 const LifecycleContext& context,
                                 const WorkRow& row, WorkSubject& subject,
                                 absl::Status cause, v1::PlaceFault fault);

// The place is well: an attempt there did not fail by it, or saved what it did.
void NotifyPlaceWorked(Transaction& tx, const LifecycleContext& context,
                       const WorkRow& row);

// No fault is held against a place for the item any more. At once: where the
// transaction fails, the item has a few faults more before it.
void ForgetPlaceFaults(const LifecycleContext& context,
                       const std::string& item_uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_ATTEMPT_PLACE_H_
