#include "server/storage.h"

#include <pthread.h>

#include <cstdlib>
#include <set>
#include <vector>

#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/artifact_keys.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr int kReaderThreads = 2;
// A copy of a large model holds one of them for a while.
constexpr int kFileThreads = 4;

}  // namespace

absl::StatusOr<std::unique_ptr<Storage>> Storage::Open(
    const std::string& data_dir, Clock* clock, StoreObserver* observer) {
  std::unique_ptr<Storage> storage(new Storage());
  TUNESMITH_ASSIGN_OR_RETURN(storage->directory_,
                             DataDirectory::Open(data_dir));
  TUNESMITH_ASSIGN_OR_RETURN(
      storage->artifacts_,
      LocalArtifactStore::Create(storage->directory_->artifacts_path()));
  storage->completions_ = std::make_unique<ThreadExecutor>("completions", 1);
  storage->readers_ =
      std::make_unique<ThreadExecutor>("readers", kReaderThreads);
  Store::Options options;
  options.path = storage->directory_->database_path();
  options.clock = clock;
  options.readers = storage->readers_.get();
  options.completions = storage->completions_.get();
  options.observer = observer;
  options.on_fatal = [](const absl::Status& status) {
    // What is on disk is unknown; a restart finds out.
    spdlog::critical("the disk failed a sync, stopping at once error=\"{}\"",
                     status.ToString());
    spdlog::shutdown();
    std::abort();
  };
  TUNESMITH_ASSIGN_OR_RETURN(storage->store_, Store::Open(std::move(options)));
  storage->files_ = std::make_unique<ThreadExecutor>("files", kFileThreads);
  storage->writer_ = std::thread([store = storage->store_.get()] {
    pthread_setname_np(pthread_self(), "store-writer");
    while (store->WaitForWrites()) store->CommitPending();
  });
  return storage;
}

Storage::~Storage() { Drain(); }

absl::Status Storage::SweepArtifacts() {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys, artifacts_->List());
  return Sweep(keys);
}

absl::Status Storage::SweepGroup(const std::string& group) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                             artifacts_->ListGroup(group));
  return keys.empty() ? absl::OkStatus() : Sweep(keys);
}

absl::Status Storage::Sweep(const std::vector<std::string>& keys) {
  absl::StatusOr<ArtifactsInUse> used;
  store_->ReadNow([&used](Connection& db) { used = FindArtifactsInUse(db); });
  TUNESMITH_RETURN_IF_ERROR(used.status());
  for (const std::string& key : keys) {
    if (used->Contains(key)) continue;
    absl::Status status = artifacts_->Delete(key);
    spdlog::info("artifact without a record deleted key={} status=\"{}\"", key,
                 status.ToString());
  }
  return absl::OkStatus();
}

void Storage::Drain() {
  if (!writer_.joinable()) return;
  store_->Stop();
  writer_.join();
  FlushCompletions();
  // Runs what is queued. It may answer calls through the completions.
  files_.reset();
  FlushCompletions();
  // Effects may have begun reads that go on with what outlives only them.
  readers_.reset();
}

void Storage::FlushCompletions() {
  Mutex mutex;
  CondVar changed;
  bool done = false;
  completions_->Run([&] {
    MutexLock lock(&mutex);
    done = true;
    changed.SignalAll();
  });
  MutexLock lock(&mutex);
  while (!done) changed.Wait(&mutex);
}

}  // namespace tunesmith::server
