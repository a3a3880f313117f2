#include "server/store/store.h"

#include <cstdlib>
#include <utility>

#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "server/store/migrations.h"

namespace tunesmith::server {
namespace {

absl::Status StoppedError() {
  return ReasonedError(absl::StatusCode::kUnavailable, "DRAINING",
                       "the server is stopping and stores nothing any more");
}

absl::Status FailedError() {
  return ReasonedError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                       "the disk failed; nothing is stored until a restart");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(Options options) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Connection> writer,
      Connection::Open(options.path, Connection::Mode::kReadWrite,
                       options.vfs));
  TUNESMITH_RETURN_IF_ERROR(Migrate(*writer));
  std::unique_ptr<Store> store(new Store(std::move(options)));
  store->writer_ = std::move(writer);
  return store;
}

Store::Store(Options options) : options_(std::move(options)) {}

Store::~Store() {
  Stop();
  std::vector<Finished> dropped;
  for (PendingWrite& pending : queue_) {
    dropped.push_back({StoppedError(), {}, std::move(pending.done)});
  }
  Complete(std::move(dropped));
  MutexLock lock(&mutex_);
  while (pending_reads_ > 0) changed_.Wait(&mutex_);
}

void Store::Write(WriteFn write, DoneFn done) {
  absl::Status refused;
  {
    MutexLock lock(&mutex_);
    if (failed_) {
      refused = FailedError();
    } else if (stopping_) {
      refused = StoppedError();
    } else {
      queue_.push_back({std::move(write), std::move(done)});
      changed_.SignalAll();
      return;
    }
  }
  std::vector<Finished> finished;
  finished.push_back({refused, {}, std::move(done)});
  Complete(std::move(finished));
}

absl::Status Store::WriteAndWait(WriteFn write) {
  Mutex mutex;
  CondVar changed;
  bool finished = false;
  absl::Status result;
  Write(std::move(write), [&](absl::Status status) {
    MutexLock lock(&mutex);
    result = std::move(status);
    finished = true;
    changed.SignalAll();
  });
  if (options_.completions->runs_inline()) {
    // More than once where the queue is longer than a group.
    while (CommitPending() > 0) {
    }
  }
  MutexLock lock(&mutex);
  while (!finished) changed.Wait(&mutex);
  return result;
}

std::vector<Store::PendingWrite> Store::TakeGroup() {
  std::vector<PendingWrite> group;
  MutexLock lock(&mutex_);
  while (committing_) changed_.Wait(&mutex_);
  while (!queue_.empty() &&
         group.size() < static_cast<size_t>(options_.max_group_size)) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  committing_ = !group.empty();
  return group;
}

int Store::CommitPending() {
  std::vector<PendingWrite> group = TakeGroup();
  if (group.empty()) return 0;
  bool failed;
  {
    MutexLock lock(&mutex_);
    failed = failed_;
  }
  absl::Duration begin = options_.clock->Monotonic();
  std::vector<Finished> finished(group.size());
  absl::Status status = failed ? FailedError() : RunGroup(group, finished);
  absl::Duration took = options_.clock->Monotonic() - begin;
  if (options_.observer != nullptr) {
    options_.observer->OnGroup(static_cast<int>(group.size()), took, status);
  }
  if (IsSyncFailure(status)) Fail(status);
  for (size_t i = 0; i < group.size(); ++i) {
    // Its own error tells more than the group's.
    if (!status.ok() && finished[i].status.ok()) finished[i].status = status;
    finished[i].done = std::move(group[i].done);
  }
  if (status.ok()) Checkpoint();
  {
    MutexLock lock(&mutex_);
    committing_ = false;
    changed_.SignalAll();
  }
  Complete(std::move(finished));
  return static_cast<int>(group.size());
}

absl::Status Store::RunGroup(std::vector<PendingWrite>& group,
                             std::vector<Finished>& finished) {
  TUNESMITH_RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE"));
  absl::Time now = options_.clock->Now();
  for (size_t i = 0; i < group.size(); ++i) {
    Transaction tx(*writer_, now);
    finished[i].status = RunWrite(group[i].write, tx);
    finished[i].effects = std::move(tx.effects_);
    if (!writer_->in_transaction()) {
      // SQLite undid the whole group, as it does when the disk is full.
      return finished[i].status.ok()
                 ? absl::InternalError("a write ended the transaction")
                 : finished[i].status;
    }
  }
  absl::Status status = writer_->Prepare("COMMIT").Run();
  if (!status.ok() && writer_->in_transaction()) {
    // Its error would say less than the commit's.
    writer_->Execute("ROLLBACK").IgnoreError();
  }
  return status;
}

absl::Status Store::RunWrite(WriteFn& write, Transaction& tx) {
  TUNESMITH_RETURN_IF_ERROR(writer_->Prepare("SAVEPOINT one_write").Run());
  absl::Status status = write(tx);
  if (!writer_->in_transaction()) return status;
  if (status.ok()) status = writer_->Prepare("RELEASE one_write").Run();
  if (status.ok()) return status;
  absl::Status undone = writer_->Prepare("ROLLBACK TO one_write").Run();
  if (undone.ok()) undone = writer_->Prepare("RELEASE one_write").Run();
  if (!undone.ok()) {
    // Half a write must not be committed with the others.
    writer_->Execute("ROLLBACK").IgnoreError();
  }
  return status;
}

void Store::Checkpoint() {
  absl::Status status = writer_->CheckpointIfLong(options_.checkpoint_pages);
  // Another failure does no harm: what was committed is in the log, and the
  // next commit tries again.
  if (IsSyncFailure(status)) Fail(status);
}

void Store::Fail(const absl::Status& status) {
  {
    MutexLock lock(&mutex_);
    if (failed_) return;
    failed_ = true;
  }
  if (!options_.on_fatal) std::abort();
  options_.on_fatal(status);
}

void Store::Complete(std::vector<Finished> finished) {
  if (finished.empty()) return;
  options_.completions->Run([finished = std::move(finished)]() mutable {
    for (Finished& write : finished) {
      if (write.status.ok()) {
        for (absl::AnyInvocable<void()>& effect : write.effects) effect();
      }
      if (write.done) write.done(std::move(write.status));
    }
  });
}

void Store::Read(ReadFn read) {
  {
    MutexLock lock(&mutex_);
    ++pending_reads_;
  }
  options_.readers->Run([this, read = std::move(read)]() mutable {
    ReadNow([&read](Connection& db) { read(db); });
    // Whatever it holds may refer to what ends with the store.
    read = nullptr;
    MutexLock lock(&mutex_);
    --pending_reads_;
    changed_.SignalAll();
  });
}

std::unique_ptr<Connection> Store::TakeReader() {
  {
    MutexLock lock(&mutex_);
    if (!idle_readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  absl::StatusOr<std::unique_ptr<Connection>> reader = Connection::Open(
      options_.path, Connection::Mode::kQueryOnly, options_.vfs);
  if (!reader.ok()) return Connection::Unavailable(reader.status());
  return *std::move(reader);
}

void Store::ReadNow(absl::FunctionRef<void(Connection&)> read) {
  std::unique_ptr<Connection> reader = TakeReader();
  if (absl::Status begun = reader->Execute("BEGIN"); !begun.ok()) {
    reader = Connection::Unavailable(begun);
  }
  read(*reader);
  if (!reader->in_transaction() || !reader->Execute("ROLLBACK").ok()) return;
  MutexLock lock(&mutex_);
  idle_readers_.push_back(std::move(reader));
}

bool Store::WaitForWrites() {
  MutexLock lock(&mutex_);
  while (queue_.empty() && !stopping_) changed_.Wait(&mutex_);
  return !queue_.empty();
}

void Store::Stop() {
  MutexLock lock(&mutex_);
  stopping_ = true;
  changed_.SignalAll();
}

}  // namespace tunesmith::server
