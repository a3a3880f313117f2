#ifndef TUNESMITH_SERVER_STORAGE_H_
#define TUNESMITH_SERVER_STORAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/artifact/artifact_store.h"
#include "proto/contract/base/clock.h"
#include "server/data_directory.h"
#include "server/store/executor.h"
#include "server/store/store.h"
#include "server/upkeep/disk_reserve.h"
#include "server/upkeep/job_retention.h"
#include "server/upkeep/leftovers.h"
#include "server/upkeep/open_drafts.h"
#include "server/upkeep/quarantine.h"
#include "server/upkeep/retention_policy.h"
#include "server/upkeep/retention_sweep.h"
#include "server/upkeep/storage_keeper.h"

namespace tunesmith::server {

// What the server keeps and the threads that touch it: the locked data
// directory, the database with its writer thread and readers, the artifacts,
// and the pool for file work.
class Storage {
 public:
  // Nothing that it points to is owned; all of it outlives the storage.
  struct Options {
    std::string data_dir;
    Clock* clock = nullptr;
    // Hears of commits.
    StoreObserver* observer = nullptr;
    RetentionPolicy retention;
    // See StorageKeeper::Options.
    std::function<void(const char* cause, int64_t bytes)> on_freed;
  };
  static absl::StatusOr<std::unique_ptr<Storage>> Open(const Options& options);
  ~Storage();

  Store& store() { return *store_; }
  ArtifactStore& artifacts() { return *artifacts_; }
  // Runs whatever touches files.
  Executor& files() { return *files_; }
  OpenDrafts& drafts() { return drafts_; }
  StorageKeeper& keeper() { return *keeper_; }

  // Deletes artifacts of a group that no record refers to, once the attempt
  // that wrote there writes no more. Does I/O.
  absl::Status SweepGroup(const std::string& group);

  // From now on, what nothing refers to is quarantined, and what has been kept
  // for long enough deleted. `lifecycle` is what deletions are done with; what
  // it names outlives the sweeping.
  void BeginSweeping(const LifecycleContext& lifecycle);

  // Ends the sweeping, commits what is queued, runs every effect of it, every
  // file task and every read, and refuses later writes. Call once nobody begins
  // anything new.
  void Drain();

 private:
  Storage() = default;
  void StartThreads();
  void FlushCompletions();
  ArtifactKeeping Keeping() const;

  Clock* clock_ = nullptr;
  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<ArtifactStore> artifacts_;
  OpenDrafts drafts_;
  // One thread: effects keep the order of commits.
  std::unique_ptr<ThreadExecutor> completions_;
  std::unique_ptr<ThreadExecutor> readers_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ThreadExecutor> files_;
  std::unique_ptr<FileReserve> reserve_;
  std::unique_ptr<Quarantine> quarantine_;
  std::unique_ptr<StorageKeeper> keeper_;
  std::unique_ptr<JobRetention> job_retention_;
  std::unique_ptr<RetentionSweep> sweep_;
  std::thread writer_;
  std::thread sweeper_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORAGE_H_
