#include "server/levels.h"

#include <vector>

#include "server/lifecycle/job_table.h"
#include "server/work/work_order.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

void CountStored(Connection& db, ServerLevels& levels) {
  auto jobs = JobTable::CountByState(db);
  auto waiting = WorkOrder::CountWaiting(db);
  if (!jobs.ok() || !waiting.ok()) {
    spdlog::warn("levels not read error=\"{}\"",
                 (jobs.ok() ? waiting.status() : jobs.status()).ToString());
    return;
  }
  for (const auto& [state, count] : *jobs) levels.jobs[state] = count;
  for (const auto& [purpose, count] : *waiting) {
    levels.queue_depth[purpose] = count;
  }
}

void MeasureStorage(const StorageKeeper& keeper, ServerLevels& levels) {
  levels.stored_bytes = keeper.totals();
  absl::StatusOr<DiskSpace> space = keeper.ReadSpace();
  if (!space.ok()) {
    spdlog::warn("disk not measured error=\"{}\"", space.status().ToString());
    return;
  }
  levels.disk_free_bytes = space->free_bytes;
  levels.disk_capacity_bytes = space->capacity_bytes;
}

}  // namespace

ServerLevels ReadLevels(Store& store, const WorkerDirectory& workers,
                        const StorageKeeper& keeper) {
  ServerLevels levels;
  store.ReadNow([&levels](Connection& db) { CountStored(db, levels); });
  MeasureStorage(keeper, levels);
  for (const v1::Worker& worker : workers.List()) {
    ++levels.workers[worker.state()];
    for (const v1::Slot& slot : worker.slots()) {
      ServerLevels::SlotState state = ServerLevels::SlotState::kFree;
      if (worker.state() != v1::Worker::CONNECTED) {
        state = ServerLevels::SlotState::kUnreachable;
      } else if (!slot.running().empty()) {
        state = ServerLevels::SlotState::kBusy;
      } else if (!slot.out_of_service().empty()) {
        state = ServerLevels::SlotState::kOutOfService;
      }
      ++levels.slots[{slot.purpose(), state}];
    }
  }
  return levels;
}

}  // namespace tunesmith::server
