#include "server/workers/worker_registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

absl::Status NewerBootError(const std::string& worker_id) {
  return absl::AbortedError(
      absl::StrCat("a newer start of the worker is connected, id: ", worker_id,
                   "; every worker needs an id of its own"));
}

absl::Status IdTakenError(const std::string& worker_id) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_WORKER_ID_TAKEN,
      absl::StrCat("another worker with this id is there: ", worker_id,
                   "; give every worker a --worker-id of its own"));
}

// Not ABORTED: the worker itself opened another stream.
absl::Status ReplacedError(const std::string& worker_id) {
  return absl::UnavailableError(
      absl::StrCat("the worker connected anew, id: ", worker_id));
}

bool IsAnother(const std::string& instance, const std::string& other) {
  return !instance.empty() && !other.empty() && instance != other;
}

v1::Slot& SlotAt(v1::Worker& worker, const WorkRow& row) {
  for (v1::Slot& slot : *worker.mutable_slots()) {
    if (slot.index() == row.slot) return slot;
  }
  // The worker did not connect since the server started.
  v1::Slot& slot = *worker.add_slots();
  slot.set_index(row.slot);
  slot.set_purpose(row.needs.purpose);
  slot.set_device_kind(row.needs.device_kind);
  return slot;
}

}  // namespace

WorkerRegistry::WorkerRegistry(std::function<void()> on_slots_free,
                               Clock& clock, const PlaceFaults* places)
    : on_slots_free_(std::move(on_slots_free)),
      clock_(clock),
      places_(places) {}

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
                                     std::shared_ptr<WorkerLink> link) {
  std::shared_ptr<WorkerLink> evicted;
  bool same_boot = false;
  {
    MutexLock lock(&mutex_);
    if (!shut_down_.ok()) return shut_down_;
    auto known = workers_.find(hello.worker_id());
    if (known != workers_.end() &&
        (known->second.link != nullptr || !known->second.assignments.empty())) {
      if (IsAnother(known->second.instance_id, hello.instance_id())) {
        return IdTakenError(hello.worker_id());
      }
      if (known->second.boot_id > hello.boot_id()) {
        return NewerBootError(hello.worker_id());
      }
    }
    Entry& entry = EntryOf(hello.worker_id());
    same_boot = entry.boot_id == hello.boot_id();
    evicted = std::exchange(entry.link, std::move(link));
    entry.boot_id = hello.boot_id();
    entry.instance_id = hello.instance_id();
    entry.worker.set_build(hello.build());
    *entry.worker.mutable_slots() = hello.slots();
    for (v1::Slot& slot : *entry.worker.mutable_slots()) {
      slot.clear_running();
      slot.clear_out_of_service();
    }
    entry.draining = hello.report().draining();
    entry.behind = false;
    entry.out_of_service = SlotsOutOfServiceOf(entry.worker, hello.report());
    entry.last_seen = clock_.Now();
    entry.last_heard = clock_.Monotonic();
    *entry.worker.mutable_connect_time() = ToWireTime(entry.last_seen);
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

void WorkerRegistry::Seen(const std::string& worker_id) {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found == workers_.end()) return;
  found->second.last_seen = clock_.Now();
  found->second.last_heard = clock_.Monotonic();
}

void WorkerRegistry::TakeReport(const std::string& worker_id,
                                const WorkerLink* link,
                                const internal::v1::Report& report) {
  bool more_to_offer = false;
  {
    MutexLock lock(&mutex_);
    auto found = workers_.find(worker_id);
    if (found == workers_.end() || found->second.link.get() != link) return;
    Entry& entry = found->second;
    SlotsOutOfService now = SlotsOutOfServiceOf(entry.worker, report);
    more_to_offer = entry.draining && !report.draining();
    for (const auto& [slot, reason] : entry.out_of_service) {
      more_to_offer = more_to_offer || !now.contains(slot);
    }
    entry.draining = report.draining();
    entry.out_of_service = std::move(now);
  }
  if (more_to_offer) on_slots_free_();
}

void WorkerRegistry::EvictIfSilent(const std::string& worker_id,
                                   absl::Duration silence) {
  std::shared_ptr<WorkerLink> silent;
  {
    MutexLock lock(&mutex_);
    auto found = workers_.find(worker_id);
    if (found == workers_.end() || found->second.behind) return;
    if (clock_.Monotonic() - found->second.last_heard < silence) return;
    silent = found->second.link;
  }
  if (silent != nullptr) {
    silent->OnEvicted(absl::UnavailableError(
        absl::StrCat("the worker did not report, id: ", worker_id)));
  }
}

void WorkerRegistry::ForgiveSilence() {
  MutexLock lock(&mutex_);
  for (auto& [worker_id, entry] : workers_) {
    entry.last_heard = clock_.Monotonic();
  }
}

void WorkerRegistry::SetBehind(const std::string& worker_id,
                               const WorkerLink* link, bool behind) {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found == workers_.end() || found->second.link.get() != link) return;
  found->second.behind = behind;
  // What it says is read from now on.
  if (!behind) found->second.last_heard = clock_.Monotonic();
}

bool WorkerRegistry::AwaitsServer(const std::string& worker_id,
                                  const LeaseKey& lease) const {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  if (found == workers_.end() || found->second.link == nullptr) return false;
  const Entry& entry = found->second;
  return entry.behind ||
         (entry.refreshing && !entry.assignments.contains(lease));
}

bool WorkerRegistry::IsConnected(const std::string& worker_id,
                                 int64_t boot_id) const {
  MutexLock lock(&mutex_);
  auto found = workers_.find(worker_id);
  return found != workers_.end() && found->second.link != nullptr &&
         found->second.boot_id == boot_id;
}

std::vector<FreeSlot> WorkerRegistry::FreeSlots() {
  std::vector<FreeSlot> free;
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    if (!Serves(worker_id, entry) || Rests(worker_id)) continue;
    const bool probing = Quarantined(worker_id);
    if (probing && !entry.assignments.empty()) continue;
    std::vector<std::string> refused = RefusedAt(worker_id);
    std::set<int> taken;
    for (const auto& [lease, row] : entry.assignments) taken.insert(row->slot);
    for (const v1::Slot& slot : entry.worker.slots()) {
      if (taken.contains(slot.index())) continue;
      if (entry.out_of_service.contains(slot.index())) continue;
      // A model is held for long and says little of its place.
      if (probing && slot.purpose() == v1::Slot::PREDICTION) continue;
      free.push_back({worker_id, entry.boot_id, slot.index(), OfferOf(slot),
                      refused, probing});
    }
  }
  return free;
}

std::vector<FreeSlot> WorkerRegistry::TakenSlots() {
  std::vector<FreeSlot> taken;
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    if (entry.link == nullptr) continue;
    for (const auto& [lease, row] : entry.assignments) {
      for (const v1::Slot& slot : entry.worker.slots()) {
        if (slot.index() != row->slot) continue;
        taken.push_back(
            {worker_id, entry.boot_id, slot.index(), OfferOf(slot)});
      }
    }
  }
  return taken;
}

std::vector<v1::Worker> WorkerRegistry::List() const {
  std::vector<v1::Worker> workers;
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    // Only being looked at.
    if (entry.link == nullptr && entry.assignments.empty() &&
        !drains_.contains(worker_id)) {
      continue;
    }
    workers.push_back(Describe(worker_id, entry));
  }
  for (const auto& [worker_id, drain] : drains_) {
    if (workers_.contains(worker_id)) continue;
    Entry away;
    away.worker.set_name(ResourceName(ResourceKind::kWorker, worker_id));
    workers.push_back(Describe(worker_id, away));
  }
  std::sort(workers.begin(), workers.end(),
            [](const v1::Worker& a, const v1::Worker& b) {
              return a.name() < b.name();
            });
  return workers;
}

v1::Worker::State WorkerRegistry::StateOf(const std::string& worker_id,
                                          const Entry& entry) const {
  if (entry.link == nullptr) return v1::Worker::UNREACHABLE;
  if (entry.draining || drains_.contains(worker_id)) {
    return entry.assignments.empty() ? v1::Worker::DRAINED
                                     : v1::Worker::DRAINING;
  }
  return Quarantined(worker_id) && Rests(worker_id) ? v1::Worker::QUARANTINED
                                                    : v1::Worker::CONNECTED;
}

v1::Worker WorkerRegistry::Describe(const std::string& worker_id,
                                    const Entry& entry) const {
  v1::Worker worker = entry.worker;
  worker.set_state(StateOf(worker_id, entry));
  if (entry.worker.has_connect_time()) {
    *worker.mutable_last_seen_time() = ToWireTime(entry.last_seen);
  }
  for (v1::Slot& slot : *worker.mutable_slots()) {
    auto reason = entry.out_of_service.find(slot.index());
    if (reason == entry.out_of_service.end()) continue;
    slot.set_out_of_service(reason->second);
  }
  for (const auto& [lease, row] : entry.assignments) {
    SlotAt(worker, *row).set_running(row->subject);
  }
  auto health = health_.find(worker_id);
  if (health != health_.end()) {
    *worker.mutable_health() =
        health->second.Describe(clock_.Monotonic(), clock_.Now());
  }
  auto drain = drains_.find(worker_id);
  if (drain != drains_.end()) *worker.mutable_drain() = drain->second;
  return worker;
}

bool WorkerRegistry::CouldRun(const SlotNeeds& needs) const {
  MutexLock lock(&mutex_);
  for (const auto& [worker_id, entry] : workers_) {
    if (!Serves(worker_id, entry)) continue;
    if (Quarantined(worker_id) && Rests(worker_id)) continue;
    if (HasSlotFor(entry, needs)) return true;
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
