#include "server/events/watch_hub.h"

#include <utility>
#include <vector>

namespace tunesmith::server {

void WatchHub::Subscribe(const JobKey& job,
                         std::shared_ptr<JobWatcher> watcher) {
  {
    MutexLock lock(&mutex_);
    if (!shut_down_) {
      watchers_[job].push_back(watcher);
      return;
    }
  }
  watcher->OnShutdown();
}

void WatchHub::Unsubscribe(const JobKey& job, const JobWatcher* watcher) {
  // What expires here may own the last reference: let go without the lock.
  std::vector<std::shared_ptr<JobWatcher>> alive;
  MutexLock lock(&mutex_);
  auto found = watchers_.find(job);
  if (found == watchers_.end()) return;
  std::erase_if(found->second, [&](const std::weak_ptr<JobWatcher>& entry) {
    std::shared_ptr<JobWatcher> other = entry.lock();
    bool gone = other == nullptr || other.get() == watcher;
    if (other != nullptr) alive.push_back(std::move(other));
    return gone;
  });
  if (found->second.empty()) watchers_.erase(found);
}

std::vector<std::shared_ptr<JobWatcher>> WatchHub::WatchersOf(
    const JobKey& job) const {
  std::vector<std::shared_ptr<JobWatcher>> watchers;
  auto found = watchers_.find(job);
  if (found == watchers_.end()) return watchers;
  for (const std::weak_ptr<JobWatcher>& entry : found->second) {
    if (std::shared_ptr<JobWatcher> watcher = entry.lock()) {
      watchers.push_back(std::move(watcher));
    }
  }
  return watchers;
}

void WatchHub::NotifyEvents(const JobKey& job) {
  std::vector<std::shared_ptr<JobWatcher>> watchers;
  {
    MutexLock lock(&mutex_);
    watchers = WatchersOf(job);
  }
  for (const auto& watcher : watchers) watcher->OnEvents();
}

void WatchHub::NotifyProgress(const JobKey& job, const v1::Progress& progress) {
  std::vector<std::shared_ptr<JobWatcher>> watchers;
  {
    MutexLock lock(&mutex_);
    progress_[job] = progress;
    watchers = WatchersOf(job);
  }
  for (const auto& watcher : watchers) watcher->OnProgress(progress);
}

void WatchHub::ClearProgress(const JobKey& job) {
  MutexLock lock(&mutex_);
  progress_.erase(job);
}

std::optional<v1::Progress> WatchHub::progress(const JobKey& job) const {
  MutexLock lock(&mutex_);
  auto found = progress_.find(job);
  if (found == progress_.end()) return std::nullopt;
  return found->second;
}

void WatchHub::Shutdown() {
  std::vector<std::shared_ptr<JobWatcher>> watchers;
  {
    MutexLock lock(&mutex_);
    shut_down_ = true;
    for (const auto& [job, entries] : watchers_) {
      for (auto& watcher : WatchersOf(job)) {
        watchers.push_back(std::move(watcher));
      }
    }
  }
  for (const auto& watcher : watchers) watcher->OnShutdown();
}

}  // namespace tunesmith::server
