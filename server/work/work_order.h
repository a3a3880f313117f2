#ifndef TUNESMITH_SERVER_WORK_WORK_ORDER_H_
#define TUNESMITH_SERVER_WORK_WORK_ORDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/connection.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {

// What an operator decides about the order.
struct OrderPolicy {
  // Jobs of one tenant that may run at a time; 0: any number.
  int64_t max_running_per_tenant = 0;
};

// Which waiting item goes next: of those that fit, one of the tenant for which
// the least of the purpose runs; of these, the one whose turn it is (see
// WorkRow::turn: a point of priority is worth a fixed time of waiting, so that
// the order never changes by itself, and nothing waits for ever).
//
// A reading of one connection; sees what was leased since. Not thread-safe.
class WorkOrder {
 public:
  // Keeps references to both.
  WorkOrder(Connection& db, const OrderPolicy& policy)
      : db_(db), policy_(policy) {}

  // The number of the next item for the slot; empty where nothing fits.
  absl::StatusOr<std::optional<int64_t>> Next(const FreeSlot& slot);

  // Whether `item`, which waits, would get this slot once `running`, which is
  // leased to it, has ended.
  absl::StatusOr<bool> WouldGet(const WorkRow& item, const FreeSlot& slot,
                                const WorkRow& running);

  // What runs of a tenant for a purpose.
  static absl::StatusOr<int64_t> CountLeased(Connection& db,
                                             const std::string& tenant,
                                             v1::Slot::Purpose purpose);
  // What waits, by purpose; delays and holds are not counted.
  static absl::StatusOr<std::map<v1::Slot::Purpose, int64_t>> CountWaiting(
      Connection& db);

 private:
  // The first of a list.
  struct Head {
    int64_t number = 0;
    int64_t turn = 0;
    std::string tenant;
  };
  using RunningCounts = std::map<std::string, int64_t>;

  // Of every list with items that fit.
  absl::StatusOr<std::vector<Head>> HeadsFor(const FreeSlot& slot);
  absl::StatusOr<std::optional<Head>> HeadOf(int64_t list,
                                             const FreeSlot& slot);
  absl::StatusOr<RunningCounts> CountRunning(v1::Slot::Purpose purpose);
  // The one that goes first; empty where tenants' limits let none.
  std::optional<Head> First(const std::vector<Head>& heads,
                            RunningCounts& running,
                            v1::Slot::Purpose purpose) const;

  Connection& db_;
  const OrderPolicy& policy_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_WORK_ORDER_H_
