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
  int max_attempts = 1;
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

// A row of the queue.
struct WorkRow {
  int64_t number = 0;
  std::string uid;
  std::string tenant;
  std::string subject;
  std::string subject_uid;
  SlotNeeds needs;
  bool leased = false;
  int priority = 0;
  absl::Time not_before;
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

  LeaseKey lease() const { return {uid, fence}; }
};

// A free place that a scheduler wants an item for.
struct FreeSlot {
  std::string worker_id;
  int64_t worker_boot = 0;
  int slot = 0;
  SlotOffer offer;
};

// The queue's SQL. Stateless.
class WorkQueue {
 public:
  static absl::Status Add(Transaction& tx, const NewWorkItem& item);

  // Leases the next waiting item that fits the slot: highest priority, then
  // oldest, not before its time. Fence and attempt grow by one, the event
  // sequence goes back to 0. Empty when nothing fits, or the slot is taken.
  static absl::StatusOr<std::optional<WorkRow>> Claim(Transaction& tx,
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
  static absl::StatusOr<std::vector<WorkRow>> ListLeased(Connection& db);
  // In the order in which they would be claimed.
  static absl::StatusOr<std::vector<WorkRow>> ListWaiting(Connection& db);

  // When the next item that must not be leased yet may be.
  static absl::StatusOr<std::optional<absl::Time>> NextNotBefore(
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

  // Ends the lease and lets the item wait again, asked for nothing; the fence
  // stays, so that the old one is dead at the next claim, and at once because
  // the row is not leased. ABORTED (FENCED) when the lease is not good.
  static absl::Status Requeue(Transaction& tx, const LeaseKey& lease,
                              absl::Time not_before);

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
