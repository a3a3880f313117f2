#ifndef TUNESMITH_SERVER_STORAGE_H_
#define TUNESMITH_SERVER_STORAGE_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/artifact/artifact_store.h"
#include "proto/contract/base/clock.h"
#include "server/data_directory.h"
#include "server/store/executor.h"
#include "server/store/store.h"

namespace tunesmith::server {

// What the server keeps and the threads that touch it: the locked data
// directory, the database with its writer thread and readers, the artifacts,
// and the pool for file work.
class Storage {
 public:
  // `observer` hears of commits. Neither is owned; both outlive the storage.
  static absl::StatusOr<std::unique_ptr<Storage>> Open(
      const std::string& data_dir, Clock* clock, StoreObserver* observer);
  ~Storage();

  Store& store() { return *store_; }
  ArtifactStore& artifacts() { return *artifacts_; }
  // Runs whatever touches files.
  Executor& files() { return *files_; }

  // Deletes artifacts that no record refers to, as a crash between bytes and
  // record leaves them. Call before anything writes.
  absl::Status SweepArtifacts();
  // The same for one group, which nobody writes any more. Does I/O.
  absl::Status SweepGroup(const std::string& group);

  // Commits what is queued, runs every effect of it, every file task and every
  // read, and refuses later writes. Call once nobody begins anything new.
  void Drain();

 private:
  Storage() = default;
  void FlushCompletions();
  // Deletes those of `keys` that no record refers to.
  absl::Status Sweep(const std::vector<std::string>& keys);

  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<ArtifactStore> artifacts_;
  // One thread: effects keep the order of commits.
  std::unique_ptr<ThreadExecutor> completions_;
  std::unique_ptr<ThreadExecutor> readers_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ThreadExecutor> files_;
  std::thread writer_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORAGE_H_
