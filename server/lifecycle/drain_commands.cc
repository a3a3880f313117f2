#include "server/lifecycle/drain_commands.h"

#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/lease_effects.h"
#include "server/lifecycle/wire_time.h"
#include "server/work/work_queue.h"

namespace tunesmith::server {
namespace {

// What can end at a checkpoint, or holds a model until it is asked to end.
bool CanBeMoved(const WorkRow& row) {
  return row.needs.purpose != v1::Slot::AUXILIARY &&
         row.stop == StopKind::kNone;
}

absl::Status MoveItemsAway(Transaction& tx, const LifecycleContext& context,
                           const std::string& worker_id) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<WorkRow> rows,
                             WorkQueue::ListLeased(tx.db()));
  for (const WorkRow& row : rows) {
    if (row.worker_id != worker_id || !CanBeMoved(row)) continue;
    TUNESMITH_RETURN_IF_ERROR(
        WorkQueue::SetStop(tx, row.uid, StopKind::kSuspend));
    NotifyAssignmentsChanged(tx, context, row);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Worker::Drain> DrainWorker(Transaction& tx,
                                              const LifecycleContext& context,
                                              const std::string& worker_id,
                                              v1::Worker::Drain drain) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("INSERT OR REPLACE INTO drained_workers"
                   " (id, time, reason, finish_jobs) VALUES (?, ?, ?, ?)")
          .Bind(worker_id)
          .Bind(tx.now())
          .Bind(drain.reason())
          .Bind(drain.finish_jobs() ? 1 : 0)
          .Run());
  *drain.mutable_time() = ToWireTime(tx.now());
  tx.OnCommit([observer = context.observer, worker_id, drain] {
    observer->OnWorkerDrained(worker_id, drain);
  });
  if (!drain.finish_jobs()) {
    TUNESMITH_RETURN_IF_ERROR(MoveItemsAway(tx, context, worker_id));
  }
  return drain;
}

absl::Status ResumeWorker(Transaction& tx, const LifecycleContext& context,
                          const std::string& worker_id) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("DELETE FROM drained_workers WHERE id = ?")
          .Bind(worker_id)
          .Run());
  tx.OnCommit([observer = context.observer, worker_id] {
    observer->OnWorkerResumed(worker_id);
  });
  return absl::OkStatus();
}

absl::StatusOr<bool> IsDrained(Connection& db, const std::string& worker_id) {
  return db.Prepare("SELECT 1 FROM drained_workers WHERE id = ?")
      .Bind(worker_id)
      .Step();
}

absl::StatusOr<std::map<std::string, v1::Worker::Drain>> ListDrains(
    Connection& db) {
  std::map<std::string, v1::Worker::Drain> drains;
  Statement statement =
      db.Prepare("SELECT id, time, reason, finish_jobs FROM drained_workers");
  for (;;) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return drains;
    v1::Worker::Drain& drain = drains[statement.Text(0)];
    *drain.mutable_time() = ToWireTime(statement.Time(1));
    drain.set_reason(statement.Text(2));
    drain.set_finish_jobs(statement.Int(3) != 0);
  }
}

}  // namespace tunesmith::server
