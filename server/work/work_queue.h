#ifndef TUNESMITH_SERVER_WORK_WORK_QUEUE_H_
#define TUNESMITH_SERVER_WORK_WORK_QUEUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/store.h"
#include "server/work/slot_needs.h"
#include "tunesmith/internal/v1/work.pb.h"

// Leased work items, whatever they are for.

namespace tunesmith::server {

// The right to write for an item: good while the item's row has this fence.
struct LeaseKey {
  std::string item_uid;
  int64_t fence = 0;

  auto operator<=>(const LeaseKey&) const = default;
};

// What a new item needs.
struct NewWorkItem {
  std::string uid;
  std::string tenant;
  // `jobs/...`, `datasets/...` or `models/...`, and its uid.
  std::string subject;
  std::string subject_uid;
  SlotNeeds needs;
  int priority = 0;
  // See v1::Job.preempts.
  bool preempts = false;
  int max_attempts = 1;
  // Of an item that goes on with what an earlier one did: the attempts that
  // were made and the last fence.
  int attempt = 0;
  int64_t fence = 0;
  // Only the payload is set.
  internal::v1::WorkItem payload;
};

// What an item's worker is asked for.
enum class StopKind {
  kNone = 0,
  // To end it without a result.
  kCancel = 1,
  // To end the attempt at a checkpoint.
  kSuspend = 2,
};

enum class WorkState {
  kWaiting = 1,
  kLeased = 2,
  // Until somebody asks for it.
  kHeld = 3,
  // Until its time comes.
  kDelayed = 4,
};

// A row of the queue.
struct WorkRow {
  int64_t number = 0;
  std::string uid;
  // The items of one tenant that need the same of a slot share it.
  int64_t list = 0;
  std::string tenant;
  std::string subject;
  std::string subject_uid;
  SlotNeeds needs;
  WorkState state = WorkState::kWaiting;
  int priority = 0;
  bool preempts = false;
  // The lowest goes first; of equal ones, the one with the lower number.
  int64_t turn = 0;
  // While delayed.
  absl::Time delayed_from = absl::InfinitePast();
  absl::Time not_before = absl::InfinitePast();
  int64_t fence = 0;
  int attempt = 0;
  int max_attempts = 0;
  // Set while leased.
  std::string worker_id;
  int64_t worker_boot = 0;
  int slot = 0;
  StopKind stop = StopKind::kNone;
  int64_t event_sequence = 0;
  // With uid, fence and attempt filled in.
  internal::v1::WorkItem item;

  bool leased() const { return state == WorkState::kLeased; }
  LeaseKey lease() const { return {uid, fence}; }
};

// What a row says of waiting, without its payload.
struct QueueEntry {
  int64_t number = 0;
  int64_t list = 0;
  int64_t turn = 0;
  WorkState state = WorkState::kWaiting;
  SlotNeeds needs;
  int attempt = 0;
  // While delayed.
  absl::Time not_before = absl::InfinitePast();
};

// What a leased row is for.
struct RunningSubject {
  std::string tenant;
  std::string subject;
  std::string subject_uid;
};

// A free place that a scheduler wants an item for.
struct FreeSlot {
  std::string worker_id;
  int64_t worker_boot = 0;
  int slot = 0;
  SlotOffer offer;
  // Uids of items that it must not get; few.
  std::vector<std::string> refused = {};
  // It gets an item only while nothing else is leased to its worker.
  bool alone = false;
};

// The queue's SQL. Stateless. Which item goes next is WorkOrder's.
class WorkQueue {
 public:
  static absl::Status Add(Transaction& tx, const NewWorkItem& item);

  // Leases a waiting item to a slot. Fence and attempt grow by one, the event
  // sequence goes back to 0. Empty when the item does not wait any more or the
  // slot is taken.
  static absl::StatusOr<std::optional<WorkRow>> Lease(Transaction& tx,
                                                      int64_t number,
                                                      const FreeSlot& slot);

  // The row if `lease` is still good; ABORTED (FENCED) otherwise. Every write
  // for a worker begins with it.
  static absl::StatusOr<WorkRow> CheckLease(Connection& db,
                                            const LeaseKey& lease);

  static absl::StatusOr<std::optional<WorkRow>> Find(Connection& db,
                                                     const std::string& uid);
  // The item of a job, dataset or model; empty when it has none.
  static absl::StatusOr<std::optional<WorkRow>> FindBySubject(
      Connection& db, const std::string& tenant,
      const std::string& subject_uid);
  static absl::StatusOr<std::optional<QueueEntry>> FindEntry(
      Connection& db, const std::string& tenant,
      const std::string& subject_uid);
  static absl::StatusOr<std::vector<RunningSubject>> ListRunning(
      Connection& db, v1::Slot::Purpose purpose);
  static absl::StatusOr<std::vector<WorkRow>> ListLeased(Connection& db);
  static absl::StatusOr<std::vector<WorkRow>> ListLeasedTo(
      Connection& db, const std::string& worker_id);
  // Of one purpose, by turn.
  static absl::StatusOr<std::vector<WorkRow>> ListWaiting(
      Connection& db, v1::Slot::Purpose purpose);
  // The first `limit` of those that wait and preempt, by turn.
  static absl::StatusOr<std::vector<WorkRow>> ListPreempting(Connection& db,
                                                             int limit);

  // Lets delayed items wait whose time has come, or for which the clock stands
  // before the time at which their delay began: it was set back, and says
  // nothing about how long they have waited. At most `limit`; returns how many.
  static absl::StatusOr<int64_t> EndDelays(Transaction& tx, int limit);
  // How long the next delay still lasts.
  static absl::StatusOr<std::optional<absl::Duration>> NextDelayEnd(
      Connection& db, absl::Time now);

  // ABORTED (FENCED) when the lease is not good.
  static absl::Status SetEventSequence(Transaction& tx, const LeaseKey& lease,
                                       int64_t sequence);
  // NOT_FOUND when there is no such item.
  static absl::Status SetStop(Transaction& tx, const std::string& uid,
                              StopKind stop);
  // Replaces the payload, for what an attempt leaves for the next one.
  // NOT_FOUND when there is no such item.
  static absl::Status SetPayload(Transaction& tx, const std::string& uid,
                                 const internal::v1::WorkItem& payload);
  // Gives it another place in the order. NOT_FOUND when there is no such item.
  static absl::Status SetOrder(Transaction& tx, const std::string& uid,
                               int priority, bool preempts);
  // What a point of priority is worth in time of waiting, for all items: kept
  // in the database, where nothing changes when it is what it was.
  static absl::Status SetPriorityPoint(Transaction& tx, absl::Duration point);

  // Ends the lease and lets the item wait again in its turn, asked for nothing,
  // after `delay`; the fence stays, so that the old one is dead at the next
  // claim, and at once because the row is not leased. ABORTED (FENCED) when the
  // lease is not good.
  static absl::Status Requeue(Transaction& tx, const LeaseKey& lease,
                              absl::Duration delay);

  // Keeps the item from being leased until Release, asked for nothing; a lease
  // ends. NOT_FOUND when there is no such item.
  static absl::Status Hold(Transaction& tx, const std::string& uid);
  // Lets a held item wait. NOT_FOUND when there is no such one.
  static absl::Status Release(Transaction& tx, const std::string& uid);

  // Grants one attempt more: an attempt that was suspended does not count.
  // NOT_FOUND when there is no such item.
  static absl::Status AddAttempt(Transaction& tx, const std::string& uid);

  // Removes the item, leased or not; OK when there is none.
  static absl::Status Remove(Transaction& tx, const std::string& uid);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORK_WORK_QUEUE_H_
