#include <algorithm>
#include <utility>

#include "server/workers/worker_registry.h"

// What is leased to workers, as the registry follows it.

namespace tunesmith::server {
namespace {

bool IsSameAssignment(const WorkRow& a, const WorkRow& b) {
  return a.stop == b.stop && a.slot == b.slot && a.worker_boot == b.worker_boot;
}

}  // namespace

bool WorkerRegistry::BeginRefresh(const std::string& worker_id) {
  MutexLock lock(&mutex_);
  Entry& entry = EntryOf(worker_id);
  entry.refresh_again = entry.refreshing;
  return !std::exchange(entry.refreshing, true);
}

bool WorkerRegistry::EndRefresh(const std::string& worker_id) {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found == workers_.end()) return false;
  if (std::exchange(found->second.refresh_again, false)) return true;
  found->second.refreshing = false;
  Prune(found);
  return false;
}

std::vector<WorkerRegistry::Assignment> WorkerRegistry::ReplaceAssignments(
    const std::string& worker_id, std::vector<WorkRow> rows) {
  std::vector<Assignment> ended;
  std::shared_ptr<WorkerLink> link;
  bool changed = false;
  {
    MutexLock lock(&mutex_);
    Entry& entry = EntryOf(worker_id);
    link = entry.link;
    std::map<LeaseKey, Assignment> before =
        std::exchange(entry.assignments, {});
    for (WorkRow& row : rows) {
      if (link == nullptr) {
        entry.boot_id = std::max(entry.boot_id, row.worker_boot);
      }
      auto old = before.find(row.lease());
      changed = changed || old == before.end() ||
                !IsSameAssignment(*old->second, row);
      if (old != before.end()) before.erase(old);
      auto assignment = std::make_shared<const WorkRow>(std::move(row));
      entry.assignments.emplace(assignment->lease(), assignment);
    }
    for (auto& [lease, row] : before) ended.push_back(std::move(row));
    Prune(workers_.find(worker_id));
  }
  if (link != nullptr && (changed || !ended.empty())) {
    link->OnAssignmentsChanged();
  }
  if (link != nullptr && !ended.empty()) on_slots_free_();
  return ended;
}

std::vector<WorkerRegistry::Assignment> WorkerRegistry::AssignmentsOf(
    const std::string& worker_id) const {
  std::vector<Assignment> assignments;
  {
    MutexLock lock(&mutex_);
    auto found = workers_.find(worker_id);
    if (found == workers_.end()) return assignments;
    for (const auto& [lease, row] : found->second.assignments) {
      assignments.push_back(row);
    }
  }
  std::sort(assignments.begin(), assignments.end(),
            [](const Assignment& a, const Assignment& b) {
              return a->slot < b->slot;
            });
  return assignments;
}

WorkerRegistry::Assignment WorkerRegistry::FindAssignment(
    const std::string& worker_id, const LeaseKey& lease) const {
  MutexLock lock(&mutex_);
  auto worker = workers_.find(worker_id);
  if (worker == workers_.end()) return nullptr;
  auto found = worker->second.assignments.find(lease);
  return found == worker->second.assignments.end() ? nullptr : found->second;
}

void WorkerRegistry::SendPredictBatch(const std::string& worker_id,
                                      internal::v1::PredictBatch batch) {
  std::shared_ptr<WorkerLink> link;
  {
    MutexLock lock(&mutex_);
    auto worker = workers_.find(worker_id);
    if (worker != workers_.end()) link = worker->second.link;
  }
  if (link != nullptr) link->OnPredictBatch(std::move(batch));
}

}  // namespace tunesmith::server
