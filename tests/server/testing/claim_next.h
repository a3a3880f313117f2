#ifndef TUNESMITH_TESTS_SERVER_TESTING_CLAIM_NEXT_H_
#define TUNESMITH_TESTS_SERVER_TESTING_CLAIM_NEXT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "server/work/work_order.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// What the scheduler does for one slot.
inline absl::StatusOr<std::optional<WorkRow>> ClaimNext(
    Transaction& tx, const FreeSlot& slot, const OrderPolicy& policy = {}) {
  absl::StatusOr<int64_t> ended = WorkQueue::EndDelays(tx, 1000);
  if (!ended.ok()) return ended.status();
  WorkOrder order(tx.db(), policy);
  absl::StatusOr<std::optional<int64_t>> next = order.Next(slot);
  if (!next.ok()) return next.status();
  if (!next->has_value()) return std::optional<WorkRow>();
  return WorkQueue::Lease(tx, **next, slot);
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_TESTING_CLAIM_NEXT_H_
