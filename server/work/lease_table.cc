#include "server/work/lease_table.h"

#include <algorithm>

namespace tunesmith::server {

void LeaseTable::Renew(const LeaseKey& lease, const std::string& worker_id,
                       absl::Duration deadline) {
  MutexLock lock(&mutex_);
  entries_[lease] = {worker_id, deadline};
}

void LeaseTable::RenewIfHeld(const LeaseKey& lease, absl::Duration deadline) {
  MutexLock lock(&mutex_);
  auto found = entries_.find(lease);
  if (found != entries_.end()) found->second.deadline = deadline;
}

void LeaseTable::Shorten(const std::string& worker_id,
                         absl::Duration deadline) {
  MutexLock lock(&mutex_);
  for (auto& [lease, entry] : entries_) {
    if (entry.worker_id == worker_id) {
      entry.deadline = std::min(entry.deadline, deadline);
    }
  }
}

void LeaseTable::GrantAll(absl::Duration deadline) {
  MutexLock lock(&mutex_);
  for (auto& [lease, entry] : entries_) {
    entry.deadline = std::max(entry.deadline, deadline);
  }
}

std::string LeaseTable::WorkerOf(const LeaseKey& lease) const {
  MutexLock lock(&mutex_);
  auto found = entries_.find(lease);
  return found == entries_.end() ? "" : found->second.worker_id;
}

void LeaseTable::Remove(const LeaseKey& lease) {
  MutexLock lock(&mutex_);
  entries_.erase(lease);
}

std::vector<LeaseKey> LeaseTable::Expired(absl::Duration now) const {
  MutexLock lock(&mutex_);
  std::vector<LeaseKey> expired;
  for (const auto& [lease, entry] : entries_) {
    if (entry.deadline <= now) expired.push_back(lease);
  }
  return expired;
}

std::optional<absl::Duration> LeaseTable::NextDeadline() const {
  MutexLock lock(&mutex_);
  std::optional<absl::Duration> next;
  for (const auto& [lease, entry] : entries_) {
    if (!next.has_value() || entry.deadline < *next) next = entry.deadline;
  }
  return next;
}

}  // namespace tunesmith::server
