#include "server/workers/restore_leases.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/drain_commands.h"
#include "server/work/work_queue.h"
#include "server/workers/lease_clock.h"
#include "server/workers/worker_registry.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

absl::Status RestoreLeases(const WorkersContext& context) {
  absl::StatusOr<std::vector<WorkRow>> rows;
  absl::StatusOr<std::map<std::string, v1::Worker::Drain>> drains;
  context.store->ReadNow([&rows, &drains](Connection& db) {
    rows = WorkQueue::ListLeased(db);
    drains = ListDrains(db);
  });
  TUNESMITH_RETURN_IF_ERROR(rows.status());
  TUNESMITH_RETURN_IF_ERROR(drains.status());
  for (auto& [worker_id, drain] : *drains) {
    context.registry->SetDrain(worker_id, std::move(drain));
  }
  absl::Duration deadline = context.clock->Monotonic() + context.lease_term;
  std::map<std::string, std::vector<WorkRow>> by_worker;
  for (WorkRow& row : *rows) {
    context.lifecycle.leases->Renew(row.lease(), row.worker_id, deadline);
    spdlog::info("lease restored item={} subject={} worker={} fence={}",
                 row.uid, row.subject, row.worker_id, row.fence);
    by_worker[row.worker_id].push_back(std::move(row));
  }
  for (auto& [worker_id, leased] : by_worker) {
    context.registry->ReplaceAssignments(worker_id, std::move(leased));
  }
  context.lease_clock->Wake();
  return absl::OkStatus();
}

}  // namespace tunesmith::server
