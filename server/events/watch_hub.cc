#include "server/events/watch_hub.h"

#include <utility>
#include <vector>

namespace tunesmith::server {
namespace {

// Takes a watcher out of a list, and those with it that are gone. `alive` gets
// the others.
template <typename Key, typename Watcher>
void Remove(const Key& key, const Watcher* watcher,
            std::map<Key, std::vector<std::weak_ptr<Watcher>>>& watchers,
            std::vector<std::shared_ptr<Watcher>>& alive) {
  auto found = watchers.find(key);
  if (found == watchers.end()) return;
  std::erase_if(found->second, [&](const std::weak_ptr<Watcher>& entry) {
    std::shared_ptr<Watcher> other = entry.lock();
    bool gone = other == nullptr || other.get() == watcher;
    if (other != nullptr) alive.push_back(std::move(other));
    return gone;
  });
  if (found->second.empty()) watchers.erase(found);
}

}  // namespace

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
  Remove(job, watcher, watchers_, alive);
}

void WatchHub::SubscribeList(const std::string& tenant,
                             std::shared_ptr<JobListWatcher> watcher) {
  {
    MutexLock lock(&mutex_);
    if (!shut_down_) {
      list_watchers_[tenant].push_back(watcher);
      return;
    }
  }
  watcher->OnShutdown();
}

void WatchHub::UnsubscribeList(const std::string& tenant,
                               const JobListWatcher* watcher) {
  ListWatchers alive;
  MutexLock lock(&mutex_);
  Remove(tenant, watcher, list_watchers_, alive);
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

WatchHub::ListWatchers WatchHub::ListWatchersOf(
    const std::string& tenant) const {
  ListWatchers watchers;
  auto found = list_watchers_.find(tenant);
  if (found == list_watchers_.end()) return watchers;
  for (const std::weak_ptr<JobListWatcher>& entry : found->second) {
    if (std::shared_ptr<JobListWatcher> watcher = entry.lock()) {
      watchers.push_back(std::move(watcher));
    }
  }
  return watchers;
}

void WatchHub::NotifyChanged(const JobKey& job) {
  ListWatchers watchers;
  {
    MutexLock lock(&mutex_);
    watchers = ListWatchersOf(job.tenant);
  }
  for (const auto& watcher : watchers) watcher->OnJobChanged(job.uid);
}

void WatchHub::NotifyDeleted(const v1::Job& job) {
  // Whoever watches it alone finds it gone.
  NotifyEvents({job.tenant(), job.uid()});
  ListWatchers watchers;
  {
    MutexLock lock(&mutex_);
    watchers = ListWatchersOf(job.tenant());
  }
  for (const auto& watcher : watchers) watcher->OnJobDeleted(job);
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
  NotifyChanged(job);
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
  ListWatchers list_watchers;
  {
    MutexLock lock(&mutex_);
    shut_down_ = true;
    for (const auto& [tenant, entries] : list_watchers_) {
      for (auto& watcher : ListWatchersOf(tenant)) {
        list_watchers.push_back(std::move(watcher));
      }
    }
    for (const auto& [job, entries] : watchers_) {
      for (auto& watcher : WatchersOf(job)) {
        watchers.push_back(std::move(watcher));
      }
    }
  }
  for (const auto& watcher : watchers) watcher->OnShutdown();
  for (const auto& watcher : list_watchers) watcher->OnShutdown();
}

}  // namespace tunesmith::server
