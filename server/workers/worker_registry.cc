#include "server/workers/worker_registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

absl::Status NewerBootError(const std::string& worker_id) {
  return absl::AbortedError(
      absl::StrCat("a newer start of the worker is connected, id: ", worker_id,
                   "; every worker needs an id of its own"));
}

// Not ABORTED: the worker itself opened another stream.
absl::Status ReplacedError(const std::string& worker_id) {
  return absl::UnavailableError(
      absl::StrCat("the worker connected anew, id: ", worker_id));
}

bool IsSameAssignment(const WorkRow& a, const WorkRow& b) {
  return a.stop == b.stop && a.slot == b.slot && a.worker_boot == b.worker_boot;
}

v1::Slot& SlotAt(v1::Worker& worker, const WorkRow& row) {
  for (v1::Slot& slot : *worker.mutable_slots()) {
    if (slot.index() == row.slot) return slot;
  }
  // The worker did not connect since the server started.
  v1::Slot& slot = *worker.add_slots();
  slot.set_index(row.slot);
  slot.set_purpose(row.purpose);
  slot.set_device_kind(row.device_kind);
  return slot;
}

}  // namespace

WorkerRegistry::WorkerRegistry(std::function<void()> on_slots_free)
    : on_slots_free_(std::move(on_slots_free)) {}

WorkerRegistry::Entry& WorkerRegistry::EntryOf(const std::string& worker_id) {
  Entry& entry = workers_[worker_id];
  entry.worker.set_name(ResourceName(ResourceKind::kWorker, worker_id));
  return entry;
}

void WorkerRegistry::Prune(Entries::iterator entry) {
  if (entry->second.link == nullptr && entry->second.assignments.empty() &&
      !entry->second.refreshing) {
    workers_.erase(entry);
  }
}

absl::Status WorkerRegistry::Connect(const internal::v1::Hello& hello,
                                     std::shared_ptr<WorkerLink> link,
                                     absl::Time now) {
  std::shared_ptr<WorkerLink> evicted;
  bool same_boot = false;
  {
    MutexLock lock(&mutex_);
    if (!shut_down_.ok()) return shut_down_;
    auto known = workers_.find(hello.worker_id());
    if (known != workers_.end() && known->second.boot_id > hello.boot_id()) {
      const Entry& newer = known->second;
      if (newer.link != nullptr || !newer.assignments.empty()) {
        return NewerBootError(hello.worker_id());
      }
    }
    Entry& entry = EntryOf(hello.worker_id());
    same_boot = entry.boot_id == hello.boot_id();
    evicted = std::exchange(entry.link, std::move(link));
    entry.boot_id = hello.boot_id();
    entry.worker.set_build(hello.build());
    *entry.worker.mutable_slots() = hello.slots();
    for (v1::Slot& slot : *entry.worker.mutable_slots()) slot.clear_running();
    *entry.worker.mutable_connect_time() = ToWireTime(now);
    entry.last_seen = now;
  }
  if (evicted != nullptr) {
    evicted->OnEvicted(same_boot ? ReplacedError(hello.worker_id())
                                 : NewerBootError(hello.worker_id()));
  }
  on_slots_free_();
  return absl::OkStatus();
}

bool WorkerRegistry::Disconnect(const std::string& worker_id,
                                const WorkerLink* link) {
  // Let go without the lock.
  std::shared_ptr<WorkerLink> ended;
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found == workers_.end() || found->second.link.get() != link) return false;
  ended = std::move(found->second.link);
  found->second.link = nullptr;
  Prune(found);
  return true;
}

void WorkerRegistry::Seen(const std::string& worker_id, absl::Time now) {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found != workers_.end()) found->second.last_seen = now;
}

void WorkerRegistry::SetDraining(const std::string& worker_id, bool draining) {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found != workers_.end()) found->second.draining = draining;
}

void WorkerRegistry::EvictIfSilent(const std::string& worker_id,
                                   absl::Time since) {
  std::shared_ptr<WorkerLink> silent;
  {
    MutexLock lock(&mutex_);
    auto found = workers_.find(worker_id);
    if (found == workers_.end() || found->second.last_seen > since) return;
    silent = found->second.link;
  }
  if (silent != nullptr) {
    silent->OnEvicted(absl::UnavailableError(
        absl::StrCat("the worker did not report, id: ", worker_id)));
  }
}

bool WorkerRegistry::IsConnected(const std::string& worker_id,
                                 int64_t boot_id) const {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  return found != workers_.end() && found->second.link != nullptr &&
         found->second.boot_id == boot_id;
}

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

std::vector<FreeSlot> WorkerRegistry::FreeSlots() {
  std::vector<FreeSlot> free;
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    if (entry.link == nullptr || entry.draining) continue;
    std::set<int> taken;
    for (const auto& [lease, row] : entry.assignments) taken.insert(row->slot);
    for (const v1::Slot& slot : entry.worker.slots()) {
      if (taken.contains(slot.index())) continue;
      free.push_back({worker_id, entry.boot_id, slot.index(), slot.purpose(),
                      slot.device_kind()});
    }
  }
  return free;
}

std::vector<v1::Worker> WorkerRegistry::List() const {
  std::vector<v1::Worker> workers;
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    // Only being looked at.
    if (entry.link == nullptr && entry.assignments.empty()) continue;
    v1::Worker& worker = workers.emplace_back(entry.worker);
    worker.set_state(entry.link == nullptr ? v1::Worker::UNREACHABLE
                     : entry.draining      ? v1::Worker::DRAINING
                                           : v1::Worker::CONNECTED);
    if (entry.worker.has_connect_time()) {
      *worker.mutable_last_seen_time() = ToWireTime(entry.last_seen);
    }
    for (const auto& [lease, row] : entry.assignments) {
      SlotAt(worker, *row).set_running(row->subject);
    }
  }
  return workers;
}

bool WorkerRegistry::CouldRun(v1::Slot::Purpose purpose,
                              v1::Resources::DeviceKind device_kind) const {
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    if (entry.link == nullptr) continue;
    for (const v1::Slot& slot : entry.worker.slots()) {
      if (slot.purpose() != purpose) continue;
      if (device_kind == v1::Resources::DEVICE_KIND_UNSPECIFIED ||
          device_kind == slot.device_kind()) {
        return true;
      }
    }
  }
  return false;
}

void WorkerRegistry::Shutdown(const absl::Status& status) {
  std::vector<std::shared_ptr<WorkerLink>> links;
  {
    MutexLock lock(&mutex_);
    shut_down_ = status;
    for (const auto& [worker_id, entry] : workers_) {
      if (entry.link != nullptr) links.push_back(entry.link);
    }
  }
  for (const auto& link : links) link->OnEvicted(status);
}

}  // namespace tunesmith::server
