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
  absl::StatusOr<std::vector<SurveyedItem>> items = keeper.Survey();
  absl::StatusOr<DiskSpace> space = keeper.ReadSpace();
  if (!items.ok() || !space.ok()) {
    spdlog::warn("storage not measured error=\"{}\"",
                 (items.ok() ? space.status() : items.status()).ToString());
    return;
  }
  for (const SurveyedItem& surveyed : *items) {
    levels.stored_bytes[surveyed.item.kind()] += surveyed.item.size_bytes();
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
