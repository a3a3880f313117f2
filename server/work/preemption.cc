#include "server/work/preemption.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// Items that one round finds slots for; the next round goes on.
constexpr int kItemsPerRound = 16;

// A running item with the slot that it has.
struct Running {
  WorkRow row;
  FreeSlot slot;
};

bool GoesAfter(const WorkRow& a, const WorkRow& b) {
  return std::tie(a.turn, a.number) > std::tie(b.turn, b.number);
}

absl::StatusOr<std::vector<Running>> ListRunning(
    Connection& db, const std::vector<FreeSlot>& taken) {
  std::map<std::pair<std::string, int>, const FreeSlot*> slots;
  for (const FreeSlot& slot : taken) {
    slots[{slot.worker_id, slot.slot}] = &slot;
  }
  std::vector<Running> running;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                             WorkQueue::ListLeased(db));
  for (WorkRow& row : rows) {
    if (row.needs.purpose != v1::Slot::TRAINING) continue;
    auto slot = slots.find({row.worker_id, row.slot});
    if (slot == slots.end()) continue;
    running.push_back({std::move(row), *slot->second});
  }
  return running;
}

// The one to take the slot from; null where there is none, or where one that
// suits is about to end anyway. Those of `reserved` are spoken for.
absl::StatusOr<const Running*> ChooseFor(const WorkRow& item,
                                         const std::vector<Running>& running,
                                         WorkOrder& order,
                                         std::set<std::string>& reserved) {
  const Running* last = nullptr;
  for (const Running& candidate : running) {
    const WorkRow& row = candidate.row;
    if (reserved.contains(row.uid)) continue;
    if (!Fits(item.needs, candidate.slot.offer)) continue;
    if (row.stop != StopKind::kNone) {
      reserved.insert(row.uid);
      return nullptr;
    }
    if (row.tenant != item.tenant || !GoesAfter(row, item)) continue;
    if (last != nullptr && !GoesAfter(row, last->row)) continue;
    TUNESMITH_ASSIGN_OR_RETURN(bool gets,
                               order.WouldGet(item, candidate.slot, row));
    if (gets) last = &candidate;
  }
  if (last != nullptr) reserved.insert(last->row.uid);
  return last;
}

}  // namespace

absl::StatusOr<std::vector<Preempted>> ChoosePreempted(
    Connection& db, const OrderPolicy& policy,
    const std::vector<FreeSlot>& taken) {
  std::vector<Preempted> preempted;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> items,
                             WorkQueue::ListPreempting(db, kItemsPerRound));
  if (items.empty()) return preempted;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Running> running,
                             ListRunning(db, taken));
  WorkOrder order(db, policy);
  std::set<std::string> reserved;
  for (WorkRow& item : items) {
    TUNESMITH_ASSIGN_OR_RETURN(const Running* chosen,
                               ChooseFor(item, running, order, reserved));
    if (chosen != nullptr) preempted.push_back({chosen->row, std::move(item)});
  }
  return preempted;
}

}  // namespace tunesmith::server
