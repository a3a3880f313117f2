#include "server/work/work_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

constexpr char kSelect[] =
    "SELECT w.number, w.uid, w.list, w.tenant, w.subject, w.subject_uid,"
    " l.purpose, l.device_kind, l.device_memory_bytes, w.state, w.priority,"
    " w.preempts, w.turn, w.delayed_from, w.not_before, w.fence, w.attempt,"
    " w.max_attempts, w.worker, w.worker_boot, w.slot, w.stop,"
    " w.event_sequence, w.payload"
    " FROM work_items w JOIN work_lists l ON l.number = w.list ";

absl::StatusOr<WorkRow> ParseRow(const Statement& statement) {
  int column = 0;
  auto next = [&column] { return column++; };
  WorkRow row;
  row.number = statement.Int(next());
  row.uid = statement.Text(next());
  row.list = statement.Int(next());
  row.tenant = statement.Text(next());
  row.subject = statement.Text(next());
  row.subject_uid = statement.Text(next());
  row.needs.purpose = static_cast<v1::Slot::Purpose>(statement.Int(next()));
  row.needs.device_kind =
      static_cast<v1::Resources::DeviceKind>(statement.Int(next()));
  row.needs.device_memory_bytes = statement.Int(next());
  row.state = static_cast<WorkState>(statement.Int(next()));
  row.priority = static_cast<int>(statement.Int(next()));
  row.preempts = statement.Int(next()) != 0;
  row.turn = statement.Int(next());
  int delay = next();
  next();
  if (!statement.IsNull(delay)) {
    row.delayed_from = statement.Time(delay);
    row.not_before = statement.Time(delay + 1);
  }
  row.fence = statement.Int(next());
  row.attempt = static_cast<int>(statement.Int(next()));
  row.max_attempts = static_cast<int>(statement.Int(next()));
  int place = next();
  next();
  next();
  if (!statement.IsNull(place)) {
    row.worker_id = statement.Text(place);
    row.worker_boot = statement.Int(place + 1);
    row.slot = static_cast<int>(statement.Int(place + 2));
  }
  row.stop = static_cast<StopKind>(statement.Int(next()));
  row.event_sequence = statement.Int(next());
  if (!row.item.ParseFromString(statement.Text(next()))) {
    return absl::DataLossError(
        absl::StrCat("a stored work item cannot be read: ", row.uid));
  }
  row.item.set_uid(row.uid);
  row.item.set_fence(row.fence);
  row.item.set_attempt(row.attempt);
  return row;
}

absl::StatusOr<std::optional<WorkRow>> ReadOne(Statement& statement) {
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::optional<WorkRow>();
  TUNESMITH_ASSIGN_OR_RETURN(WorkRow row, ParseRow(statement));
  return std::optional<WorkRow>(std::move(row));
}

absl::StatusOr<std::vector<WorkRow>> ReadAll(Statement& statement) {
  std::vector<WorkRow> rows;
  for (;;) {
    std::optional<WorkRow> row;
    TUNESMITH_ASSIGN_OR_RETURN(row, ReadOne(statement));
    if (!row.has_value()) return rows;
    rows.push_back(*std::move(row));
  }
}

absl::Status FencedError(const LeaseKey& lease) {
  return ReasonedError(absl::StatusCode::kAborted, "FENCED",
                       absl::StrCat("the lease is lost, item: ", lease.item_uid,
                                    ", fence: ", lease.fence));
}

// Runs an UPDATE of one item's row.
absl::Status RunExisting(Connection& db, Statement& statement,
                         const std::string& uid) {
  TUNESMITH_RETURN_IF_ERROR(statement.Run());
  return db.changes() == 1
             ? absl::OkStatus()
             : absl::NotFoundError(absl::StrCat("unknown work item: ", uid));
}

// Runs an UPDATE that changes the row of a good lease and no other.
absl::Status RunFenced(Connection& db, Statement& statement,
                       const LeaseKey& lease) {
  TUNESMITH_RETURN_IF_ERROR(statement.Run());
  return db.changes() == 1 ? absl::OkStatus() : FencedError(lease);
}

absl::StatusOr<bool> SlotIsTaken(Connection& db, const FreeSlot& slot) {
  return db
      .Prepare(
          "SELECT 1 FROM work_items WHERE state = 2 AND worker = ?"
          " AND (slot = ? OR ?)")
      .Bind(slot.worker_id)
      .Bind(slot.slot)
      .Bind(slot.alone ? 1 : 0)
      .Step();
}

// Where a new item joins the queue.
struct ListEnd {
  int64_t list = 0;
  // The latest queue_time there.
  int64_t newest = 0;
  int64_t priority_point = 0;
};

// The end of the list of items that need the same; it is made where it is not
// there.
absl::StatusOr<ListEnd> ListFor(Connection& db, const NewWorkItem& item) {
  auto bind = [&item](Statement& statement) {
    statement.Bind(item.tenant)
        .Bind(item.needs.purpose)
        .Bind(item.needs.device_kind)
        .Bind(item.needs.device_memory_bytes);
  };
  {
    Statement statement = db.Prepare(
        "SELECT number, newest, (SELECT priority_point FROM queue_order)"
        " FROM work_lists WHERE tenant = ? AND purpose = ?"
        " AND device_kind = ? AND device_memory_bytes = ?");
    bind(statement);
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (found) {
      return ListEnd{statement.Int(0), statement.Int(1), statement.Int(2)};
    }
  }
  Statement statement = db.Prepare(
      "INSERT INTO work_lists (tenant, purpose, device_kind,"
      " device_memory_bytes) VALUES (?, ?, ?, ?)");
  bind(statement);
  TUNESMITH_RETURN_IF_ERROR(statement.Run());
  return ListFor(db, item);
}

}  // namespace

absl::Status WorkQueue::Add(Transaction& tx, const NewWorkItem& item) {
  TUNESMITH_ASSIGN_OR_RETURN(ListEnd end, ListFor(tx.db(), item));
  // Not before the list's newest: the clock may have been set back.
  const int64_t queue_time = std::max(absl::ToUnixMicros(tx.now()), end.newest);
  return tx.db()
      .Prepare(
          "INSERT INTO work_items (uid, list, tenant, subject, subject_uid,"
          " state, priority, preempts, queue_time, turn, fence, attempt,"
          " max_attempts, payload)"
          " VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Bind(item.uid)
      .Bind(end.list)
      .Bind(item.tenant)
      .Bind(item.subject)
      .Bind(item.subject_uid)
      .Bind(item.priority)
      .Bind(item.preempts ? 1 : 0)
      .Bind(queue_time)
      .Bind(queue_time - item.priority * end.priority_point)
      .Bind(item.fence)
      .Bind(item.attempt)
      .Bind(item.attempt + item.max_attempts)
      .BindBlob(item.payload.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::Lease(Transaction& tx,
                                                        int64_t number,
                                                        const FreeSlot& slot) {
  TUNESMITH_ASSIGN_OR_RETURN(bool taken, SlotIsTaken(tx.db(), slot));
  if (taken) return std::optional<WorkRow>();
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("UPDATE work_items SET state = 2, fence = fence + 1,"
                   " attempt = attempt + 1, event_sequence = 0, worker = ?,"
                   " worker_boot = ?, slot = ? WHERE number = ? AND state = 1")
          .Bind(slot.worker_id)
          .Bind(slot.worker_boot)
          .Bind(slot.slot)
          .Bind(number)
          .Run());
  if (tx.db().changes() != 1) return std::optional<WorkRow>();
  Statement statement =
      tx.db().Prepare(absl::StrCat(kSelect, "WHERE w.number = ?"));
  statement.Bind(number);
  return ReadOne(statement);
}

absl::StatusOr<WorkRow> WorkQueue::CheckLease(Connection& db,
                                              const LeaseKey& lease) {
  std::optional<WorkRow> row;
  TUNESMITH_ASSIGN_OR_RETURN(row, Find(db, lease.item_uid));
  if (!row.has_value() || !row->leased() || row->fence != lease.fence) {
    return FencedError(lease);
  }
  return *std::move(row);
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::Find(Connection& db,
                                                       const std::string& uid) {
  Statement statement = db.Prepare(absl::StrCat(kSelect, "WHERE w.uid = ?"));
  statement.Bind(uid);
  return ReadOne(statement);
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::FindBySubject(
    Connection& db, const std::string& tenant, const std::string& subject_uid) {
  Statement statement = db.Prepare(
      absl::StrCat(kSelect, "WHERE w.tenant = ? AND w.subject_uid = ?"));
  statement.Bind(tenant).Bind(subject_uid);
  return ReadOne(statement);
}

absl::StatusOr<std::optional<QueueEntry>> WorkQueue::FindEntry(
    Connection& db, const std::string& tenant, const std::string& subject_uid) {
  Statement statement = db.Prepare(
      "SELECT w.number, w.list, w.turn, w.state, l.purpose, l.device_kind,"
      " l.device_memory_bytes, w.attempt, w.not_before"
      " FROM work_items w JOIN work_lists l ON l.number = w.list"
      " WHERE w.tenant = ? AND w.subject_uid = ?");
  statement.Bind(tenant).Bind(subject_uid);
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::optional<QueueEntry>();
  QueueEntry entry;
  entry.number = statement.Int(0);
  entry.list = statement.Int(1);
  entry.turn = statement.Int(2);
  entry.state = static_cast<WorkState>(statement.Int(3));
  entry.needs.purpose = static_cast<v1::Slot::Purpose>(statement.Int(4));
  entry.needs.device_kind =
      static_cast<v1::Resources::DeviceKind>(statement.Int(5));
  entry.needs.device_memory_bytes = statement.Int(6);
  entry.attempt = static_cast<int>(statement.Int(7));
  if (!statement.IsNull(8)) entry.not_before = statement.Time(8);
  return std::optional<QueueEntry>(entry);
}

absl::StatusOr<std::vector<RunningSubject>> WorkQueue::ListRunning(
    Connection& db, v1::Slot::Purpose purpose) {
  Statement statement = db.Prepare(
      "SELECT w.tenant, w.subject, w.subject_uid FROM work_lists l"
      " JOIN work_items w ON w.list = l.number"
      " WHERE l.purpose = ? AND w.state = 2");
  statement.Bind(purpose);
  std::vector<RunningSubject> running;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
    if (!found) return running;
    running.push_back(
        {statement.Text(0), statement.Text(1), statement.Text(2)});
  }
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListLeased(Connection& db) {
  Statement statement =
      db.Prepare(absl::StrCat(kSelect, "WHERE w.state = 2 ORDER BY w.number"));
  return ReadAll(statement);
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListLeasedTo(
    Connection& db, const std::string& worker_id) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect, "WHERE w.state = 2 AND w.worker = ? ORDER BY w.slot"));
  statement.Bind(worker_id);
  return ReadAll(statement);
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListWaiting(
    Connection& db, v1::Slot::Purpose purpose) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect,
      "WHERE l.purpose = ? AND w.state = 1 ORDER BY w.turn, w.number"));
  statement.Bind(purpose);
  return ReadAll(statement);
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListPreempting(Connection& db,
                                                               int limit) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect,
      "WHERE w.state = 1 AND w.preempts = 1 ORDER BY w.turn, w.number"
      " LIMIT ?"));
  statement.Bind(limit);
  return ReadAll(statement);
}

absl::StatusOr<int64_t> WorkQueue::EndDelays(Transaction& tx, int limit) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 1, delayed_from = NULL, not_before = NULL"
      " WHERE number IN (SELECT number FROM work_items WHERE state = 4"
      " AND (not_before <= ?1 OR delayed_from > ?1) LIMIT ?2)");
  statement.Bind(tx.now()).Bind(limit);
  TUNESMITH_RETURN_IF_ERROR(statement.Run());
  return tx.db().changes();
}

absl::StatusOr<std::optional<absl::Duration>> WorkQueue::NextDelayEnd(
    Connection& db, absl::Time now) {
  Statement statement =
      db.Prepare("SELECT MIN(not_before) FROM work_items WHERE state = 4");
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  if (statement.IsNull(0)) return std::optional<absl::Duration>();
  return std::optional<absl::Duration>(
      std::max(absl::ZeroDuration(), statement.Time(0) - now));
}

absl::Status WorkQueue::SetEventSequence(Transaction& tx, const LeaseKey& lease,
                                         int64_t sequence) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET event_sequence = ?"
      " WHERE uid = ? AND fence = ? AND state = 2");
  statement.Bind(sequence).Bind(lease.item_uid).Bind(lease.fence);
  return RunFenced(tx.db(), statement, lease);
}

absl::Status WorkQueue::SetStop(Transaction& tx, const std::string& uid,
                                StopKind stop) {
  Statement statement =
      tx.db().Prepare("UPDATE work_items SET stop = ? WHERE uid = ?");
  statement.Bind(static_cast<int>(stop)).Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::SetPayload(Transaction& tx, const std::string& uid,
                                   const internal::v1::WorkItem& payload) {
  Statement statement =
      tx.db().Prepare("UPDATE work_items SET payload = ? WHERE uid = ?");
  statement.BindBlob(payload.SerializeAsString()).Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::SetOrder(Transaction& tx, const std::string& uid,
                                 int priority, bool preempts) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET priority = ?1, preempts = ?2, turn = queue_time -"
      " ?1 * (SELECT priority_point FROM queue_order) WHERE uid = ?3");
  statement.Bind(priority).Bind(preempts ? 1 : 0).Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::SetPriorityPoint(Transaction& tx,
                                         absl::Duration point) {
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("UPDATE queue_order SET priority_point = ?1"
                   " WHERE priority_point <> ?1")
          .Bind(absl::ToInt64Microseconds(point))
          .Run());
  if (tx.db().changes() == 0) return absl::OkStatus();
  return tx.db().Execute(
      "UPDATE work_items SET turn = queue_time -"
      " priority * (SELECT priority_point FROM queue_order)");
}

absl::Status WorkQueue::Requeue(Transaction& tx, const LeaseKey& lease,
                                absl::Duration delay) {
  const bool at_once = delay <= absl::ZeroDuration();
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = ?, worker = NULL, worker_boot = NULL,"
      " slot = NULL, stop = 0, delayed_from = ?, not_before = ?"
      " WHERE uid = ? AND fence = ? AND state = 2");
  if (at_once) {
    statement.Bind(static_cast<int>(WorkState::kWaiting)).BindNull().BindNull();
  } else {
    statement.Bind(static_cast<int>(WorkState::kDelayed))
        .Bind(tx.now())
        .Bind(tx.now() + delay);
  }
  statement.Bind(lease.item_uid).Bind(lease.fence);
  return RunFenced(tx.db(), statement, lease);
}

absl::Status WorkQueue::Hold(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 3, worker = NULL, worker_boot = NULL,"
      " slot = NULL, stop = 0, delayed_from = NULL, not_before = NULL"
      " WHERE uid = ?");
  statement.Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::Release(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 1 WHERE uid = ? AND state = 3");
  statement.Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::AddAttempt(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET max_attempts = max_attempts + 1 WHERE uid = ?");
  statement.Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::Remove(Transaction& tx, const std::string& uid) {
  // What waits is counted by its places; the schema insists.
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare(
              "UPDATE work_items SET state = 3 WHERE uid = ? AND state = 1")
          .Bind(uid)
          .Run());
  return tx.db()
      .Prepare("DELETE FROM work_items WHERE uid = ?")
      .Bind(uid)
      .Run();
}

}  // namespace tunesmith::server
