#ifndef TUNESMITH_SERVER_EVENTS_WATCH_HUB_H_
#define TUNESMITH_SERVER_EVENTS_WATCH_HUB_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "proto/contract/base/mutex.h"
#include "server/events/event_log.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// Somebody who follows a job. Called without any lock of the hub held, from
// the completion executor or a worker session; must not block.
class JobWatcher {
 public:
  virtual ~JobWatcher() = default;

  // There may be new events: read on from the cursor. Can be spurious.
  virtual void OnEvents() = 0;
  // The newest progress replaces older ones.
  virtual void OnProgress(const v1::Progress& progress) = 0;
  // The server stops: end the stream with UNAVAILABLE.
  virtual void OnShutdown() = 0;
};

// Somebody who follows all jobs of a tenant. As JobWatcher.
class JobListWatcher {
 public:
  virtual ~JobListWatcher() = default;

  // The job is new, its record changed, or it made progress: read it.
  virtual void OnJobChanged(const std::string& uid) = 0;
  // `job` as it was.
  virtual void OnJobDeleted(const v1::Job& job) = 0;
  // The server stops: end the stream with UNAVAILABLE.
  virtual void OnShutdown() = 0;
};

// Wakes watchers after commits, and holds the newest progress of running jobs
// in memory. Thread-safe.
class WatchHub {
 public:
  // Keeps a weak reference. A watcher first subscribes, then reads, so that it
  // misses nothing.
  void Subscribe(const JobKey& job, std::shared_ptr<JobWatcher> watcher);
  void Unsubscribe(const JobKey& job, const JobWatcher* watcher);

  // As Subscribe, for the jobs of a tenant.
  void SubscribeList(const std::string& tenant,
                     std::shared_ptr<JobListWatcher> watcher);
  void UnsubscribeList(const std::string& tenant,
                       const JobListWatcher* watcher);

  // Call after the commit that changed a job's record, or removed it.
  void NotifyChanged(const JobKey& job);
  void NotifyDeleted(const v1::Job& job);

  // Call after the commit that appended.
  void NotifyEvents(const JobKey& job);

  // Also kept for `progress()`.
  void NotifyProgress(const JobKey& job, const v1::Progress& progress);
  // Forgets the progress: the job does not run any more.
  void ClearProgress(const JobKey& job);
  std::optional<v1::Progress> progress(const JobKey& job) const;

  // Tells every watcher; later subscribers hear it at once.
  void Shutdown();

 private:
  std::vector<std::shared_ptr<JobWatcher>> WatchersOf(const JobKey& job) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  using ListWatchers = std::vector<std::shared_ptr<JobListWatcher>>;
  ListWatchers ListWatchersOf(const std::string& tenant) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<JobKey, std::vector<std::weak_ptr<JobWatcher>>> watchers_
      ABSL_GUARDED_BY(mutex_);
  // By tenant.
  std::map<std::string, std::vector<std::weak_ptr<JobListWatcher>>>
      list_watchers_ ABSL_GUARDED_BY(mutex_);
  std::map<JobKey, v1::Progress> progress_ ABSL_GUARDED_BY(mutex_);
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_EVENTS_WATCH_HUB_H_
