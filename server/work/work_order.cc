#include "server/work/work_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {

absl::StatusOr<std::optional<int64_t>> WorkOrder::Next(const FreeSlot& slot) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Head> heads, HeadsFor(slot));
  if (heads.empty()) return std::optional<int64_t>();
  TUNESMITH_ASSIGN_OR_RETURN(RunningCounts running,
                             CountRunning(slot.offer.purpose));
  std::optional<Head> first = First(heads, running, slot.offer.purpose);
  if (!first.has_value()) return std::optional<int64_t>();
  return std::optional<int64_t>(first->number);
}

absl::StatusOr<bool> WorkOrder::WouldGet(const WorkRow& item,
                                         const FreeSlot& slot,
                                         const WorkRow& running) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Head> heads, HeadsFor(slot));
  TUNESMITH_ASSIGN_OR_RETURN(RunningCounts counts,
                             CountRunning(slot.offer.purpose));
  --counts[running.tenant];
  std::optional<Head> first = First(heads, counts, slot.offer.purpose);
  return first.has_value() && first->number == item.number;
}

absl::StatusOr<std::vector<WorkOrder::Head>> WorkOrder::HeadsFor(
    const FreeSlot& slot) {
  std::vector<std::pair<int64_t, std::string>> lists;
  {
    // What Fits says, as a condition.
    Statement statement = db_.Prepare(
        "SELECT number, tenant FROM work_lists WHERE purpose = ?"
        " AND waiting > 0 AND (device_kind = 0 OR device_kind = ?)"
        " AND device_memory_bytes <= ?");
    statement.Bind(slot.offer.purpose)
        .Bind(slot.offer.device_kind)
        .Bind(slot.offer.device_memory_bytes);
    while (true) {
      TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
      if (!found) break;
      lists.emplace_back(statement.Int(0), statement.Text(1));
    }
  }
  std::vector<Head> heads;
  for (auto& [list, tenant] : lists) {
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<Head> head, HeadOf(list, slot));
    if (!head.has_value()) continue;
    head->tenant = std::move(tenant);
    heads.push_back(*std::move(head));
  }
  return heads;
}

absl::StatusOr<std::optional<WorkOrder::Head>> WorkOrder::HeadOf(
    int64_t list, const FreeSlot& slot) {
  Statement statement = db_.Prepare(
      "SELECT number, turn, uid FROM work_items WHERE list = ? AND state = 1"
      " ORDER BY turn, number");
  statement.Bind(list);
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return std::optional<Head>();
    if (absl::c_linear_search(slot.refused, statement.Text(2))) continue;
    return std::optional<Head>(
        Head{.number = statement.Int(0), .turn = statement.Int(1)});
  }
}

absl::StatusOr<WorkOrder::RunningCounts> WorkOrder::CountRunning(
    v1::Slot::Purpose purpose) {
  RunningCounts counts;
  Statement statement = db_.Prepare(
      "SELECT tenant, SUM(leased) FROM work_lists WHERE purpose = ?"
      " GROUP BY tenant");
  statement.Bind(purpose);
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return counts;
    counts[statement.Text(0)] = statement.Int(1);
  }
}

std::optional<WorkOrder::Head> WorkOrder::First(
    const std::vector<Head>& heads, RunningCounts& running,
    v1::Slot::Purpose purpose) const {
  auto rank = [&running](const Head& head) {
    return std::make_tuple(running[head.tenant], head.turn, head.number);
  };
  const Head* first = nullptr;
  for (const Head& head : heads) {
    if (purpose == v1::Slot::TRAINING && policy_.max_running_per_tenant > 0 &&
        running[head.tenant] >= policy_.max_running_per_tenant) {
      continue;
    }
    if (first == nullptr || rank(head) < rank(*first)) first = &head;
  }
  return first == nullptr ? std::nullopt : std::optional<Head>(*first);
}

absl::StatusOr<int64_t> WorkOrder::CountLeased(Connection& db,
                                               const std::string& tenant,
                                               v1::Slot::Purpose purpose) {
  Statement statement = db.Prepare(
      "SELECT COALESCE(SUM(leased), 0) FROM work_lists WHERE tenant = ?"
      " AND purpose = ?");
  statement.Bind(tenant).Bind(purpose);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

absl::StatusOr<std::map<v1::Slot::Purpose, int64_t>> WorkOrder::CountWaiting(
    Connection& db) {
  std::map<v1::Slot::Purpose, int64_t> counts;
  Statement statement = db.Prepare(
      "SELECT purpose, SUM(waiting) FROM work_lists GROUP BY purpose");
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return counts;
    counts[static_cast<v1::Slot::Purpose>(statement.Int(0))] = statement.Int(1);
  }
}

}  // namespace tunesmith::server
