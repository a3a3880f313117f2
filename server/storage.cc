#include "server/storage.h"

#include <pthread.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

constexpr int kReaderThreads = 2;
// A copy of a large model holds one of them for a while.
constexpr int kFileThreads = 4;
// Enough for the record of one job and the database's log of its change.
constexpr int64_t kReserveBytes = int64_t{16} << 20;

absl::StatusOr<std::string> DatabaseId(Connection& db) {
  Statement statement = db.Prepare("SELECT id FROM data_directory");
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return absl::DataLossError("the database has lost its id");
  return statement.Text(0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Storage>> Storage::Open(const Options& options) {
  std::unique_ptr<Storage> storage(new Storage());
  TUNESMITH_ASSIGN_OR_RETURN(storage->directory_,
                             DataDirectory::Open(options.data_dir));
  const DataDirectory& directory = *storage->directory_;
  TUNESMITH_ASSIGN_OR_RETURN(
      storage->artifacts_,
      LocalArtifactStore::Create(directory.artifacts_path()));
  TUNESMITH_RETURN_IF_ERROR(directory.CheckDatabaseIsThere());
  std::error_code error;
  const bool is_new =
      !std::filesystem::exists(directory.database_path(), error);
  storage->clock_ = options.clock;
  storage->completions_ = std::make_unique<ThreadExecutor>("completions", 1);
  storage->readers_ =
      std::make_unique<ThreadExecutor>("readers", kReaderThreads);
  Store::Options store;
  store.path = directory.database_path();
  store.clock = options.clock;
  store.readers = storage->readers_.get();
  store.completions = storage->completions_.get();
  store.observer = options.observer;
  store.on_fatal = [](const absl::Status& status) {
    // What is on disk is unknown; a restart finds out.
    spdlog::critical("the disk failed a sync, stopping at once error=\"{}\"",
                     status.ToString());
    spdlog::shutdown();
    std::abort();
  };
  TUNESMITH_ASSIGN_OR_RETURN(storage->store_, Store::Open(std::move(store)));
  absl::StatusOr<std::string> id;
  storage->store_->ReadNow([&id](Connection& db) { id = DatabaseId(db); });
  TUNESMITH_RETURN_IF_ERROR(id.status());
  TUNESMITH_RETURN_IF_ERROR(directory.BindDatabase(*id));
  storage->reserve_ =
      std::make_unique<FileReserve>(directory.reserve_path(), kReserveBytes);
  storage->reserve_->Refill();
  storage->quarantine_ = std::make_unique<Quarantine>(
      directory.quarantine_path(), storage->artifacts_.get());
  StorageKeeper::Options keeper;
  keeper.places = {.keeping = storage->Keeping(),
                   .database_path = directory.database_path(),
                   .quarantine = storage->quarantine_.get(),
                   .policy = options.retention};
  keeper.leaves_leftovers = is_new;
  keeper.clock = options.clock;
  keeper.reserve = storage->reserve_.get();
  keeper.on_freed = options.on_freed;
  storage->keeper_ = std::make_unique<StorageKeeper>(std::move(keeper));
  storage->StartThreads();
  return storage;
}

void Storage::StartThreads() {
  files_ = std::make_unique<ThreadExecutor>("files", kFileThreads);
  writer_ = std::thread([store = store_.get()] {
    pthread_setname_np(pthread_self(), "store-writer");
    while (store->WaitForWrites()) store->CommitPending();
  });
}

Storage::~Storage() { Drain(); }

ArtifactKeeping Storage::Keeping() const {
  return {
      .store = store_.get(), .artifacts = artifacts_.get(), .drafts = &drafts_};
}

absl::Status Storage::SweepGroup(const std::string& group) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                             FindLeftoversOf(Keeping(), group));
  for (const std::string& key : keys) DeleteLeftover(*artifacts_, key);
  return absl::OkStatus();
}

void Storage::BeginSweeping(const LifecycleContext& lifecycle) {
  job_retention_ = std::make_unique<JobRetention>(store_.get(), lifecycle,
                                                  keeper_->policy());
  sweep_ = std::make_unique<RetentionSweep>(
      RetentionSweep::Options{.store = store_.get(),
                              .keeper = keeper_.get(),
                              .jobs = job_retention_.get(),
                              .clock = clock_});
  sweeper_ = std::thread([sweep = sweep_.get()] {
    pthread_setname_np(pthread_self(), "sweeper");
    while (sweep->WaitUntilDue()) sweep->RunOnce();
  });
}

void Storage::Drain() {
  if (!writer_.joinable()) return;
  if (sweep_ != nullptr) sweep_->Stop();
  if (sweeper_.joinable()) sweeper_.join();
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
