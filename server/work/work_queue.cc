#include "server/work/work_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

constexpr int64_t kWaiting = 1;
constexpr int64_t kLeased = 2;

constexpr char kSelect[] =
    "SELECT number, uid, tenant, subject, subject_uid, purpose, device_kind,"
    " device_memory_bytes, state, priority, not_before, fence, attempt,"
    " max_attempts, worker, worker_boot, slot, stop, event_sequence, payload"
    " FROM work_items ";

absl::StatusOr<WorkRow> ParseRow(const Statement& statement) {
  WorkRow row;
  row.number = statement.Int(0);
  row.uid = statement.Text(1);
  row.tenant = statement.Text(2);
  row.subject = statement.Text(3);
  row.subject_uid = statement.Text(4);
  row.needs.purpose = static_cast<v1::Slot::Purpose>(statement.Int(5));
  row.needs.device_kind =
      static_cast<v1::Resources::DeviceKind>(statement.Int(6));
  row.needs.device_memory_bytes = statement.Int(7);
  row.leased = statement.Int(8) == kLeased;
  row.priority = static_cast<int>(statement.Int(9));
  row.not_before = statement.Time(10);
  row.fence = statement.Int(11);
  row.attempt = static_cast<int>(statement.Int(12));
  row.max_attempts = static_cast<int>(statement.Int(13));
  if (row.leased) {
    row.worker_id = statement.Text(14);
    row.worker_boot = statement.Int(15);
    row.slot = static_cast<int>(statement.Int(16));
  }
  row.stop = static_cast<StopKind>(statement.Int(17));
  row.event_sequence = statement.Int(18);
  if (!row.item.ParseFromString(statement.Text(19))) {
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
          " AND slot = ?")
      .Bind(slot.worker_id)
      .Bind(slot.slot)
      .Step();
}

// What Fits says, as a condition.
absl::StatusOr<std::optional<int64_t>> NextFitting(Transaction& tx,
                                                   const FreeSlot& slot) {
  Statement statement = tx.db().Prepare(
      "SELECT number FROM work_items WHERE state = 1 AND purpose = ?"
      " AND (device_kind = 0 OR device_kind = ?) AND device_memory_bytes <= ?"
      " AND not_before <= ? ORDER BY priority DESC, number LIMIT 1");
  statement.Bind(slot.offer.purpose)
      .Bind(slot.offer.device_kind)
      .Bind(slot.offer.device_memory_bytes)
      .Bind(tx.now());
  TUNESMITH_ASSIGN_OR_RETURN(bool found, statement.Step());
  if (!found) return std::optional<int64_t>();
  return std::optional<int64_t>(statement.Int(0));
}

}  // namespace

absl::Status WorkQueue::Add(Transaction& tx, const NewWorkItem& item) {
  return tx.db()
      .Prepare(
          "INSERT INTO work_items (uid, tenant, subject, subject_uid, purpose,"
          " device_kind, device_memory_bytes, state, priority, not_before,"
          " fence, attempt, max_attempts, payload)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)")
      .Bind(item.uid)
      .Bind(item.tenant)
      .Bind(item.subject)
      .Bind(item.subject_uid)
      .Bind(item.needs.purpose)
      .Bind(item.needs.device_kind)
      .Bind(item.needs.device_memory_bytes)
      .Bind(kWaiting)
      .Bind(item.priority)
      .Bind(tx.now())
      .Bind(item.max_attempts)
      .BindBlob(item.payload.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::Claim(Transaction& tx,
                                                        const FreeSlot& slot) {
  TUNESMITH_ASSIGN_OR_RETURN(bool taken, SlotIsTaken(tx.db(), slot));
  if (taken) return std::optional<WorkRow>();
  std::optional<int64_t> number;
  TUNESMITH_ASSIGN_OR_RETURN(number, NextFitting(tx, slot));
  if (!number.has_value()) return std::optional<WorkRow>();
  TUNESMITH_RETURN_IF_ERROR(
      tx.db()
          .Prepare("UPDATE work_items SET state = 2, fence = fence + 1,"
                   " attempt = attempt + 1, event_sequence = 0, worker = ?,"
                   " worker_boot = ?, slot = ? WHERE number = ?")
          .Bind(slot.worker_id)
          .Bind(slot.worker_boot)
          .Bind(slot.slot)
          .Bind(*number)
          .Run());
  Statement statement =
      tx.db().Prepare(absl::StrCat(kSelect, "WHERE number = ?"));
  statement.Bind(*number);
  return ReadOne(statement);
}

absl::StatusOr<WorkRow> WorkQueue::CheckLease(Connection& db,
                                              const LeaseKey& lease) {
  std::optional<WorkRow> row;
  TUNESMITH_ASSIGN_OR_RETURN(row, Find(db, lease.item_uid));
  if (!row.has_value() || !row->leased || row->fence != lease.fence) {
    return FencedError(lease);
  }
  return *std::move(row);
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::Find(Connection& db,
                                                       const std::string& uid) {
  Statement statement = db.Prepare(absl::StrCat(kSelect, "WHERE uid = ?"));
  statement.Bind(uid);
  return ReadOne(statement);
}

absl::StatusOr<std::optional<WorkRow>> WorkQueue::FindBySubject(
    Connection& db, const std::string& tenant, const std::string& subject_uid) {
  Statement statement =
      db.Prepare(absl::StrCat(kSelect, "WHERE tenant = ? AND subject_uid = ?"));
  statement.Bind(tenant).Bind(subject_uid);
  return ReadOne(statement);
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListLeased(Connection& db) {
  Statement statement =
      db.Prepare(absl::StrCat(kSelect, "WHERE state = 2 ORDER BY number"));
  return ReadAll(statement);
}

absl::StatusOr<std::vector<WorkRow>> WorkQueue::ListWaiting(Connection& db) {
  Statement statement = db.Prepare(absl::StrCat(
      kSelect, "WHERE state = 1 ORDER BY purpose, priority DESC, number"));
  return ReadAll(statement);
}

absl::StatusOr<std::optional<absl::Time>> WorkQueue::NextNotBefore(
    Connection& db, absl::Time now) {
  Statement statement = db.Prepare(
      "SELECT MIN(not_before) FROM work_items"
      " WHERE state = 1 AND not_before > ?");
  statement.Bind(now);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  if (statement.IsNull(0)) return std::optional<absl::Time>();
  return std::optional<absl::Time>(statement.Time(0));
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

absl::Status WorkQueue::Requeue(Transaction& tx, const LeaseKey& lease,
                                absl::Time not_before) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 1, worker = NULL, worker_boot = NULL,"
      " slot = NULL, stop = 0, not_before = ?"
      " WHERE uid = ? AND fence = ? AND state = 2");
  statement.Bind(not_before).Bind(lease.item_uid).Bind(lease.fence);
  return RunFenced(tx.db(), statement, lease);
}

absl::Status WorkQueue::Hold(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 3, worker = NULL, worker_boot = NULL,"
      " slot = NULL, stop = 0 WHERE uid = ?");
  statement.Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::Release(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET state = 1, not_before = ?"
      " WHERE uid = ? AND state = 3");
  statement.Bind(tx.now()).Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::AddAttempt(Transaction& tx, const std::string& uid) {
  Statement statement = tx.db().Prepare(
      "UPDATE work_items SET max_attempts = max_attempts + 1 WHERE uid = ?");
  statement.Bind(uid);
  return RunExisting(tx.db(), statement, uid);
}

absl::Status WorkQueue::Remove(Transaction& tx, const std::string& uid) {
  return tx.db()
      .Prepare("DELETE FROM work_items WHERE uid = ?")
      .Bind(uid)
      .Run();
}

}  // namespace tunesmith::server
