#include <algorithm>
#include <utility>

#include "server/workers/worker_registry.h"

// What keeps new items from workers: their faults as places, and operators.

namespace tunesmith::server {
namespace {

// Of those that are away, the rest is forgotten.
constexpr size_t kMaxHealthRecords = 4096;
// What one claim is told to pass over.
constexpr size_t kMaxRefused = 64;

}  // namespace

bool WorkerRegistry::Serves(const std::string& worker_id,
                            const Entry& entry) const {
  return entry.link != nullptr && !entry.draining &&
         !drains_.contains(worker_id);
}

bool WorkerRegistry::Rests(const std::string& worker_id) const {
  auto health = health_.find(worker_id);
  return health != health_.end() && health->second.rests(clock_.Monotonic());
}

bool WorkerRegistry::Quarantined(const std::string& worker_id) const {
  auto health = health_.find(worker_id);
  return health != health_.end() && health->second.quarantined();
}

bool WorkerRegistry::HasSlotFor(const Entry& entry,
                                const SlotNeeds& needs) const {
  return std::any_of(entry.worker.slots().begin(), entry.worker.slots().end(),
                     [&](const v1::Slot& slot) {
                       return !entry.out_of_service.contains(slot.index()) &&
                              Fits(needs, OfferOf(slot));
                     });
}

std::vector<std::string> WorkerRegistry::RefusedAt(
    const std::string& worker_id) const {
  std::vector<std::string> refused;
  if (places_ == nullptr) return refused;
  for (const PlaceFaults::FailedItem& item : places_->FailedAt(worker_id)) {
    if (refused.size() == kMaxRefused) break;
    for (const auto& [other_id, other] : workers_) {
      if (item.workers.contains(other_id) || !Serves(other_id, other)) continue;
      if (Quarantined(other_id) || !HasSlotFor(other, item.needs)) continue;
      refused.push_back(item.uid);
      break;
    }
  }
  return refused;
}

void WorkerRegistry::PlaceFailed(const std::string& worker_id,
                                 v1::PlaceFault fault,
                                 const std::string& message) {
  MutexLock lock(&mutex_);
  health_[worker_id].Fail(fault, message, clock_.Monotonic());
  if (health_.size() <= kMaxHealthRecords) return;
  for (auto health = health_.begin(); health != health_.end(); ++health) {
    if (workers_.contains(health->first)) continue;
    health_.erase(health);
    return;
  }
}

void WorkerRegistry::PlaceWorked(const std::string& worker_id) {
  {
    MutexLock lock(&mutex_);
    auto health = health_.find(worker_id);
    if (health == health_.end()) return;
    const bool was_kept_back = health->second.quarantined() || Rests(worker_id);
    health->second.Recover();
    if (!was_kept_back) return;
  }
  on_slots_free_();
}

std::optional<absl::Duration> WorkerRegistry::NextResume() const {
  MutexLock lock(&mutex_);
  std::optional<absl::Duration> next;
  for (const auto& [worker_id, health] : health_) {
    if (health.resume() <= offered_until_) continue;
    next = std::min(next.value_or(health.resume()), health.resume());
  }
  return next;
}

void WorkerRegistry::OfferRested() {
  bool rested = false;
  {
    MutexLock lock(&mutex_);
    const absl::Duration now = clock_.Monotonic();
    for (const auto& [worker_id, health] : health_) {
      rested = rested ||
               (health.resume() > offered_until_ && health.resume() <= now);
    }
    offered_until_ = now;
  }
  if (rested) on_slots_free_();
}

void WorkerRegistry::SetDrain(const std::string& worker_id,
                              std::optional<v1::Worker::Drain> drain) {
  {
    MutexLock lock(&mutex_);
    if (drain.has_value()) {
      drains_[worker_id] = *std::move(drain);
      return;
    }
    if (drains_.erase(worker_id) == 0) return;
  }
  on_slots_free_();
}

bool WorkerRegistry::Knows(const std::string& worker_id) const {
  MutexLock lock(&mutex_);
  if (drains_.contains(worker_id)) return true;
  auto found = workers_.find(worker_id);
  return found != workers_.end() &&
         (found->second.link != nullptr || !found->second.assignments.empty());
}

}  // namespace tunesmith::server
