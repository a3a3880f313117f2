#include "worker/agent/held_items.h"

#include <algorithm>
#include <utility>

#include "google/protobuf/util/time_util.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxFinished = 256;

// Time goes on while a trainer reports nothing, as in an evaluation.
void CountDown(absl::Duration passed, v1::Progress& progress) {
  using google::protobuf::util::TimeUtil;
  if (!progress.has_time_remaining()) return;
  int64_t left = TimeUtil::DurationToNanoseconds(progress.time_remaining()) -
                 absl::ToInt64Nanoseconds(passed);
  *progress.mutable_time_remaining() =
      TimeUtil::NanosecondsToDuration(std::max<int64_t>(left, 0));
}

}  // namespace

void HeldItems::Add(const ItemKey& key, int32_t slot) {
  items_.emplace(key, Item{EventBuffer(key), slot});
}

HeldItems::Item* HeldItems::Find(const ItemKey& key) {
  auto found = items_.find(key);
  return found == items_.end() ? nullptr : &found->second;
}

void HeldItems::SetProgress(const ItemKey& key, const v1::Progress& progress,
                            absl::Duration now) {
  Item* item = Find(key);
  if (item == nullptr) return;
  item->progress = progress;
  item->progress_time = now;
}

bool HeldItems::Acknowledge(const ItemKey& key, int64_t sequence) {
  Item* item = Find(key);
  if (item == nullptr) return false;
  item->events.Acknowledge(sequence);
  if (!item->events.ended() || !item->events.empty()) return false;
  items_.erase(key);
  // Which one is forgotten does not matter: a stale state is seconds old.
  if (finished_.size() == kMaxFinished) finished_.erase(finished_.begin());
  finished_.insert(key);
  return true;
}

void HeldItems::Rewind() {
  for (auto& [key, item] : items_) item.events.Rewind();
}

void HeldItems::TakeBatches(
    const std::function<void(internal::v1::Events)>& send) {
  for (auto& [key, item] : items_) {
    while (auto batch = item.events.NextBatch()) send(*std::move(batch));
  }
}

std::vector<Action> HeldItems::ActionsFor(
    const internal::v1::DesiredState& desired) const {
  std::vector<HeldItem> held;
  for (const auto& [key, item] : items_) held.push_back({key, item.stop});
  return Reconcile(desired, held, finished_);
}

void HeldItems::FillReport(internal::v1::Report& report,
                           absl::Duration now) const {
  // Ended items are named until their outcome is stored, so that their leases
  // do not run out on the way.
  for (const auto& [key, item] : items_) {
    internal::v1::Report::Running& running = *report.add_running();
    running.set_item_uid(key.uid);
    running.set_fence(key.fence);
    running.set_slot(item.slot);
    if (!item.progress.has_value()) continue;
    *running.mutable_progress() = *item.progress;
    CountDown(now - item.progress_time, *running.mutable_progress());
  }
}

bool HeldItems::AnyEnded() const {
  return std::any_of(items_.begin(), items_.end(), [](const auto& entry) {
    return entry.second.events.ended();
  });
}

size_t HeldItems::UnacknowledgedEvents() const {
  size_t count = 0;
  for (const auto& [key, item] : items_) count += item.events.size();
  return count;
}

}  // namespace tunesmith::worker
