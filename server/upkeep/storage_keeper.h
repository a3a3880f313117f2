#ifndef TUNESMITH_SERVER_UPKEEP_STORAGE_KEEPER_H_
#define TUNESMITH_SERVER_UPKEEP_STORAGE_KEEPER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/upkeep/checkpoint_use.h"
#include "server/upkeep/disk_reserve.h"
#include "server/upkeep/storage_survey.h"
#include "server/upkeep/stored_totals.h"
#include "tunesmith/v1/storage.pb.h"

namespace tunesmith::server {

// What is to be pruned.
struct PruneRequest {
  PruneCause cause = PruneCause::kRequest;
  // Whose jobs; everybody's when empty.
  std::string tenant;
  // Of jobs that ended at least so long ago; when unset, as long as their specs
  // and the server say.
  std::optional<absl::Duration> older_than;
  // The time that this goes by; the clock's when unset.
  std::optional<absl::Time> now;
  // Also what is quarantined, and leftovers at once. Otherwise leftovers are
  // quarantined, and with kRetention what was quarantined for long enough goes.
  bool delete_quarantined = false;
  // Says what would go, and deletes nothing.
  bool validate_only = false;
  // Asked between jobs: whether to end early, with UNAVAILABLE (DRAINING).
  std::function<bool()> should_stop = [] { return false; };
};

// What went.
struct PruneResult {
  // The largest first; also leftovers that were quarantined.
  std::vector<v1::StoredItem> items;
  // Of what was deleted.
  int64_t freed_bytes = 0;
};

// Looks after the room that the data directory takes: the one place that knows
// what takes it and that frees it. Thread-safe; every method does I/O and may
// wait for the store.
class StorageKeeper {
 public:
  struct Options {
    SurveyPlaces places;
    Clock* clock = nullptr;
    DiskReserve* reserve = nullptr;
    // Hears of bytes that were freed; `cause` is "retention", "request" or
    // "leftover". May be empty.
    std::function<void(const char* cause, int64_t bytes)> on_freed;
    // Whether leftovers stay where they are until somebody asks: a database
    // that was made just now knows of nothing.
    bool leaves_leftovers = false;
  };

  // What `options` points to is not owned and outlives it.
  explicit StorageKeeper(Options options) : options_(std::move(options)) {}

  absl::StatusOr<std::vector<SurveyedItem>> Survey() const {
    return SurveyStorage(options_.places);
  }
  absl::StatusOr<DiskSpace> ReadSpace() const {
    return ReadDiskSpace(options_.places.database_path);
  }
  std::optional<absl::Duration> retention() const {
    return policy().checkpoints;
  }
  const RetentionPolicy& policy() const { return options_.places.policy; }

  // Adds up what takes the room; a failure is logged, and leaves what was.
  void RefreshTotals();
  // What the newest RefreshTotals found; empty before. Does no I/O.
  StoredTotals totals() const;

  // Quarantines leftovers and deletes what ended jobs kept, one job after the
  // other: its record first and then the bytes, so that a crash leaves all of
  // it or a leftover. Works on a full disk. UNAVAILABLE, INTERNAL, and
  // DISK_FULL where even the reserve does not help; what went before that is
  // gone.
  absl::StatusOr<PruneResult> Prune(const PruneRequest& request);

 private:
  absl::Status PruneLeftovers(const PruneRequest& request, PruneResult& result);
  absl::Status PruneLeftover(const PruneRequest& request,
                             const std::string& key, PruneResult& result);
  // False, and a line in the log, where that fails: it stays where it is.
  bool QuarantineLeftover(const std::string& key, absl::Time now);
  absl::Status PruneQuarantined(const PruneRequest& request,
                                PruneResult& result);
  // All that `request` means, as one plan.
  absl::Status PruneJobs(const PruneRequest& request, PruneResult& result);
  // What has been kept for long enough, some jobs at a time.
  absl::Status SweepJobs(const PruneRequest& request, PruneResult& result);
  // Whether the checkpoints of a job that has ended should go.
  bool IsDue(const PruneRequest& request, const CheckpointHolder& holder,
             absl::Time now) const;
  // The bytes that it freed; unset when nothing could go.
  absl::StatusOr<std::optional<int64_t>> PruneJob(
      const CheckpointHolder& holder, PruneCause cause);
  absl::Time NowOf(const PruneRequest& request) const {
    return request.now.value_or(options_.clock->Now());
  }
  absl::Status Write(const std::function<absl::Status(Transaction&)>& write);
  void CountFreed(const char* cause, int64_t bytes) const;

  const Options options_;
  // One at a time: each sees what the one before has left.
  Mutex pruning_;
  mutable Mutex mutex_;
  StoredTotals totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_STORAGE_KEEPER_H_
