#include "server/lifecycle/place_faults.h"

namespace tunesmith::server {

PlaceFaults::Tally PlaceFaults::TallyWith(const std::string& item_uid,
                                          const std::string& worker_id) const {
  MutexLock lock(&mutex_);
  auto found = entries_.find(item_uid);
  if (found == entries_.end()) return {.faults = 1, .workers = 1};
  const std::set<std::string>& workers = found->second.item.workers;
  return {.faults = found->second.faults + 1,
          .workers = static_cast<int>(workers.size()) +
                     (workers.contains(worker_id) ? 0 : 1)};
}

void PlaceFaults::Add(const std::string& item_uid, const SlotNeeds& needs,
                      const std::string& worker_id) {
  MutexLock lock(&mutex_);
  Entry& entry = entries_[item_uid];
  if (entry.faults++ == 0) {
    entry.number = ++last_number_;
    order_[entry.number] = item_uid;
    entry.item.uid = item_uid;
    entry.item.needs = needs;
  }
  entry.item.workers.insert(worker_id);
  if (entries_.size() <= kMaxItems) return;
  auto oldest = order_.begin();
  entries_.erase(oldest->second);
  order_.erase(oldest);
}

void PlaceFaults::Forget(const std::string& item_uid) {
  MutexLock lock(&mutex_);
  auto found = entries_.find(item_uid);
  if (found == entries_.end()) return;
  order_.erase(found->second.number);
  entries_.erase(found);
}

std::vector<PlaceFaults::FailedItem> PlaceFaults::FailedAt(
    const std::string& worker_id) const {
  std::vector<FailedItem> failed;
  MutexLock lock(&mutex_);
  for (const auto& [uid, entry] : entries_) {
    if (entry.item.workers.contains(worker_id)) failed.push_back(entry.item);
  }
  return failed;
}

}  // namespace tunesmith::server
