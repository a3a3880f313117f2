#ifndef TUNESMITH_SERVER_STORE_STORE_H_
#define TUNESMITH_SERVER_STORE_STORE_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/store/connection.h"
#include "server/store/executor.h"

namespace tunesmith::server {

// Hears of commits, for metrics. Called on the committing thread; must not
// block.
class StoreObserver {
 public:
  virtual ~StoreObserver() = default;

  // A group of `writes` ended; `took`: from its begin to the synced commit, or
  // to its failure.
  virtual void OnGroup(int writes, absl::Duration took,
                       const absl::Status& status) = 0;
};

// What a write sees: the writer's connection inside the write's savepoint.
// Lives for one call; not thread-safe.
class Transaction {
 public:
  Transaction(Connection& db, absl::Time now) : db_(db), now_(now) {}

  Connection& db() { return db_; }

  // Wall-clock time of the group commit; the same for all of its writes.
  absl::Time now() const { return now_; }

  // Runs `effect` after the commit, on the completion executor, before the
  // write's `done`; never when the write or the commit fails. The place for
  // every effect on memory.
  void OnCommit(absl::AnyInvocable<void()> effect) {
    effects_.push_back(std::move(effect));
  }

 private:
  friend class Store;

  Connection& db_;
  const absl::Time now_;
  std::vector<absl::AnyInvocable<void()>> effects_;
};

// The durable state: one SQLite database in WAL mode with synchronous=FULL, one
// writer that commits writes in groups, and query-only readers.
//
// Thread-safe. Starts no thread: somebody calls CommitPending, a thread of the
// composition root or a test.
class Store {
 public:
  using WriteFn = absl::AnyInvocable<absl::Status(Transaction&)>;
  using ReadFn = absl::AnyInvocable<void(Connection&)>;
  using DoneFn = absl::AnyInvocable<void(absl::Status)>;

  struct Options {
    // Database file; made and migrated where missing.
    std::string path;
    // SQLite VFS; empty: the default.
    std::string vfs;
    // Not owned; outlive the store.
    Clock* clock = nullptr;
    // Runs reads.
    Executor* readers = nullptr;
    // Runs effects and `done` callbacks, in order: one thread.
    Executor* completions = nullptr;
    // Writes in one transaction, at most.
    int max_group_size = 256;
    // Pages that the log may have before it is moved into the database file.
    int checkpoint_pages = 1000;
    // May be null.
    StoreObserver* observer = nullptr;
    // Called once when a sync failed and nothing can be known of what is on
    // disk: ends the process. Tests replace it. By default aborts.
    absl::AnyInvocable<void(const absl::Status&)> on_fatal;
  };

  // DATA_LOSS for a damaged database, FAILED_PRECONDITION for one of a newer
  // version of Tunesmith.
  static absl::StatusOr<std::unique_ptr<Store>> Open(Options options);
  // Waits for reads; fails the writes that are still queued.
  ~Store();

  // Queues `write`. It runs in a savepoint of its own: its error undoes its
  // changes and no others'. `done` hears its error, or the commit's, once the
  // group is on disk.
  void Write(WriteFn write, DoneFn done);

  // Runs `read` on the reader executor, on a consistent snapshot.
  void Read(ReadFn read);

  // Write, and wait for `done`; for start-up, and for threads that may block.
  // Somebody else must be calling CommitPending, or the completion executor
  // must be inline, in which case it commits by itself.
  absl::Status WriteAndWait(WriteFn write);

  // Runs `read` on the calling thread.
  void ReadNow(absl::FunctionRef<void(Connection&)> read);

  // Commits what is queued as one group; returns how many writes it took. One
  // thread calls it: that keeps completions in the order of commits.
  int CommitPending();

  // Blocks until a write is queued or Stop was called; false after Stop with
  // an empty queue.
  bool WaitForWrites();

  // Wakes WaitForWrites; later writes fail with UNAVAILABLE (DRAINING).
  void Stop();

 private:
  struct PendingWrite {
    WriteFn write;
    DoneFn done;
  };

  // A write after its commit.
  struct Finished {
    absl::Status status;
    std::vector<absl::AnyInvocable<void()>> effects;
    DoneFn done;
  };

  explicit Store(Options options);

  std::vector<PendingWrite> TakeGroup();
  absl::Status RunGroup(std::vector<PendingWrite>& group,
                        std::vector<Finished>& finished);
  absl::Status RunWrite(WriteFn& write, Transaction& tx);
  void Checkpoint();
  void Fail(const absl::Status& status);
  void Complete(std::vector<Finished> finished);
  std::unique_ptr<Connection> TakeReader();

  Options options_;
  std::unique_ptr<Connection> writer_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<PendingWrite> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  int pending_reads_ ABSL_GUARDED_BY(mutex_) = 0;
  // A sync failed; nothing is written any more.
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Connection>> idle_readers_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_STORE_H_
