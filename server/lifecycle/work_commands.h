#ifndef TUNESMITH_SERVER_LIFECYCLE_WORK_COMMANDS_H_
#define TUNESMITH_SERVER_LIFECYCLE_WORK_COMMANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"
#include "tunesmith/internal/v1/work.pb.h"

// What workers and the lease clock do to work items and to the jobs, datasets
// and models behind them.

namespace tunesmith::server {

// A lease was made in this transaction: a job moves to RUNNING, with its
// attempt, and the result's artifact key is put into the item.
absl::Status StartAttempt(Transaction& tx, const LifecycleContext& context,
                          const WorkRow& row);

// A running attempt was asked to end at a checkpoint, for what `by` names.
absl::Status PreemptAttempt(Transaction& tx, const LifecycleContext& context,
                            const WorkRow& row, const std::string& by);

// Records a worker's events for an item, oldest first. Those up to the stored
// sequence are ignored; a gap is INVALID_ARGUMENT. An outcome ends the attempt:
// artifact, model, state and last event are written in this transaction, or
// the item waits again when it is retryable and an attempt is left. Returns the
// newest stored sequence. ABORTED (FENCED) when the lease is not good.
absl::StatusOr<int64_t> ApplyWorkEvents(
    Transaction& tx, const LifecycleContext& context, const LeaseKey& lease,
    const std::vector<internal::v1::WorkEvent>& events);

// A lease ran out, or its worker came back without it: the attempt failed with
// WORKER_LOST and the item waits again, or ends. OK when the lease is not good
// any more.
absl::Status ExpireLease(Transaction& tx, const LifecycleContext& context,
                         const LeaseKey& lease, const std::string& message);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_WORK_COMMANDS_H_
