#ifndef TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_
#define TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/lifecycle/place_faults.h"
#include "server/work/scheduler.h"
#include "server/work/work_queue.h"
#include "server/workers/place_health.h"
#include "server/workers/slots_out_of_service.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// The stream of a connected worker, as the registry sees it. Called without
// any lock of the registry held; must not block.
class WorkerLink {
 public:
  virtual ~WorkerLink() = default;

  // What should run there changed: the session pushes the new state.
  virtual void OnAssignmentsChanged() = 0;
  // For the holder of a model; lost when the stream ends first.
  virtual void OnPredictBatch(internal::v1::PredictBatch batch) = 0;
  // The worker connected anew, or the server stops: end the stream.
  virtual void OnEvicted(const absl::Status& status) = 0;
};

// The workers that are connected or hold a lease, and what is leased to their
// slots. In memory only: the rows of the store are the truth, and after every
// commit that changes them they are read again (refresh_assignments.h).
// Thread-safe.
class WorkerRegistry : public SlotSource {
 public:
  // Rows are shared because an item can carry a large parameter table.
  using Assignment = std::shared_ptr<const WorkRow>;

  // `on_slots_free` is called, without a lock, when there are slots to offer
  // that were not there before. `clock` and `places` outlive the registry;
  // without `places` every slot is for every item.
  explicit WorkerRegistry(
      std::function<void()> on_slots_free = [] {}, Clock& clock = SystemClock(),
      const PlaceFaults* places = nullptr);

  // A worker said Hello, which was checked. Evicts the link of an older boot,
  // or an earlier one of the same. ALREADY_EXISTS (WORKER_ID_TAKEN) when
  // another worker with this id is connected or holds a lease, ABORTED when a
  // newer boot is or does, UNAVAILABLE after Shutdown; the link is not taken
  // then.
  absl::Status Connect(const internal::v1::Hello& hello,
                       std::shared_ptr<WorkerLink> link);
  // Its stream ended; false when `link` is not its current one.
  bool Disconnect(const std::string& worker_id, const WorkerLink* link);
  // Something came from it.
  void Seen(const std::string& worker_id);
  // What the worker says of itself: one that is draining gets nothing more,
  // nor does a slot that is out of service. Takes the place of what it said
  // before. Ignored when `link` is not its current one.
  void TakeReport(const std::string& worker_id, const WorkerLink* link,
                  const internal::v1::Report& report);
  // What an attempt showed of the worker as a place: one that failed rests, is
  // quarantined after more of it, and is well after an attempt that went well,
  // or when an operator says so. Kept while the server runs.
  void PlaceFailed(const std::string& worker_id, v1::PlaceFault fault,
                   const std::string& message);
  void PlaceWorked(const std::string& worker_id);
  // When the next worker's rest is over, on Clock::Monotonic.
  std::optional<absl::Duration> NextResume() const;
  // Offers the slots of workers whose rest is over since it was called before.
  void OfferRested();

  // By somebody's wish the worker gets nothing new; nullopt: as others again.
  void SetDrain(const std::string& worker_id,
                std::optional<v1::Worker::Drain> drain);
  // Whether it is connected, leased to or drained.
  bool Knows(const std::string& worker_id) const;

  // Ends the stream of a worker that said nothing for so long: its machine may
  // be gone without a sign, and must not get the next lease.
  void EvictIfSilent(const std::string& worker_id, absl::Duration silence);
  // This process was away: what workers said meanwhile is still to be read.
  void ForgiveSilence();
  bool IsConnected(const std::string& worker_id, int64_t boot_id) const;
  // Whether this server keeps it waiting: it does not read what the worker
  // says. Ignored when `link` is not its current one.
  void SetBehind(const std::string& worker_id, const WorkerLink* link,
                 bool behind);
  // Whether it is for the server's sake that the worker does not renew the
  // lease: it is kept waiting, or did not hear of the lease yet.
  bool AwaitsServer(const std::string& worker_id, const LeaseKey& lease) const;

  // A refresh reads what is leased to a worker and replaces it here. One at a
  // time for each worker, so that an older reading never replaces a newer one:
  // BeginRefresh is false when another is under way, which is then repeated;
  // EndRefresh is true when this one is to be repeated.
  bool BeginRefresh(const std::string& worker_id);
  bool EndRefresh(const std::string& worker_id);
  // `rows` is all that is leased to the worker. Tells its session when that
  // is another thing than before. Returns the assignments that ended.
  std::vector<Assignment> ReplaceAssignments(const std::string& worker_id,
                                             std::vector<WorkRow> rows);

  // By slot.
  std::vector<Assignment> AssignmentsOf(const std::string& worker_id) const;
  // Null when the worker does not hold it.
  Assignment FindAssignment(const std::string& worker_id,
                            const LeaseKey& lease) const;
  std::vector<FreeSlot> FreeSlots() override;
  std::vector<FreeSlot> TakenSlots() override;

  // For an item that is leased to the worker; dropped when it is not connected.
  void SendPredictBatch(const std::string& worker_id,
                        internal::v1::PredictBatch batch);

  // By name.
  std::vector<v1::Worker> List() const;
  // Whether a connected worker, which neither drains nor is quarantined, has a
  // slot in service that could ever take such an item.
  bool CouldRun(const SlotNeeds& needs) const;

  // Ends every stream and takes no other.
  void Shutdown(const absl::Status& status);

 private:
  struct Entry {
    // `state`, `last_seen_time` and what runs in slots or keeps them from it
    // are filled in by List.
    v1::Worker worker;
    int64_t boot_id = 0;
    // Empty: unknown.
    std::string instance_id;
    absl::Time last_seen;
    // The same on Clock::Monotonic.
    absl::Duration last_heard;
    bool draining = false;
    bool behind = false;
    SlotsOutOfService out_of_service;
    std::shared_ptr<WorkerLink> link;
    std::map<LeaseKey, Assignment> assignments;
    bool refreshing = false;
    bool refresh_again = false;
  };
  using Entries = std::map<std::string, Entry>;

  // Whether new items may go to the worker, now or after a rest.
  bool Serves(const std::string& worker_id, const Entry& entry) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Rests(const std::string& worker_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Quarantined(const std::string& worker_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasSlotFor(const Entry& entry, const SlotNeeds& needs) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Items that failed there and could run on another worker.
  std::vector<std::string> RefusedAt(const std::string& worker_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Worker::State StateOf(const std::string& worker_id,
                            const Entry& entry) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Worker Describe(const std::string& worker_id, const Entry& entry) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Entry& EntryOf(const std::string& worker_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets a worker that nothing is known of any more.
  void Prune(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> on_slots_free_;
  Clock& clock_;
  const PlaceFaults* const places_;
  mutable Mutex mutex_;
  Entries workers_ ABSL_GUARDED_BY(mutex_);
  // Of workers that failed, also while they are away: coming back heals
  // nothing.
  std::map<std::string, PlaceHealth> health_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::Worker::Drain> drains_ ABSL_GUARDED_BY(mutex_);
  // When OfferRested was called.
  absl::Duration offered_until_ ABSL_GUARDED_BY(mutex_) =
      -absl::InfiniteDuration();
  absl::Status shut_down_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_WORKER_REGISTRY_H_
