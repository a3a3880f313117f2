#ifndef TUNESMITH_SERVER_UPKEEP_CHECKPOINT_USE_H_
#define TUNESMITH_SERVER_UPKEEP_CHECKPOINT_USE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/event_log.h"
#include "server/store/connection.h"

// Which jobs keep which checkpoints, and what of it can go.

namespace tunesmith::server {

struct HeldCheckpoint {
  int64_t step = 0;
  // Of its artifact; jobs that began from one share it.
  std::string key;
  int64_t size_bytes = 0;
};

// A job that has checkpoints.
struct CheckpointHolder {
  JobKey job;
  std::string name;
  // Unset until it ends.
  std::optional<absl::Time> end_time;
  // What its spec says.
  std::optional<absl::Duration> retention;
  // Newest first.
  std::vector<HeldCheckpoint> checkpoints;
};

// Over all tenants, in the order of creation.
absl::StatusOr<std::vector<CheckpointHolder>> ListCheckpointHolders(
    Connection& db);
// Of those, at most `limit` in the order of their keys, from after `after` on.
absl::StatusOr<std::vector<CheckpointHolder>> ListCheckpointHolders(
    Connection& db, const JobKey& after, int limit);

// What a holder's checkpoints take and what goes of them.
struct CheckpointUse {
  // Files that an earlier holder has as well count there.
  int64_t size_bytes = 0;
  int64_t freed_bytes = 0;
  // Checkpoints that the job has no more afterwards.
  int64_t dropped = 0;
  // Why it keeps something, as one sentence; empty when it keeps nothing.
  std::string kept_because;
};

// What becomes of `holders` when those checkpoints go that belong to ended jobs
// of which `goes` is true and that no job shares which has not ended. One for
// each holder. Pure.
std::vector<CheckpointUse> PlanPrune(
    const std::vector<CheckpointHolder>& holders,
    const std::function<bool(const CheckpointHolder&)>& goes);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_UPKEEP_CHECKPOINT_USE_H_
