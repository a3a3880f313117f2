#ifndef TUNESMITH_SERVER_WORK_PREEMPTION_H_
#define TUNESMITH_SERVER_WORK_PREEMPTION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/store/connection.h"
#include "server/work/work_order.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// A running item that is to give its slot to one that waits.
struct Preempted {
  WorkRow running;
  WorkRow waiting;
};

// Whom items that wait and preempt take their slots from, all fitting slots
// being in use: of the same tenant's items that come after them in the queue,
// the last, provided that the slot would then be theirs. One that is about to
// give its slot already is waited for. `taken`: the slots in which something
// runs. Reads only.
absl::StatusOr<std::vector<Preempted>> ChoosePreempted(
    Connection& db, const OrderPolicy& policy,
    const std::vector<FreeSlot>& taken);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_PREEMPTION_H_
