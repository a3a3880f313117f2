#include "server/upkeep/checkpoint_use.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/checkpoint_table.h"
#include "server/lifecycle/job_table.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

// Who has an artifact.
struct Sharing {
  // Places in the list of holders.
  size_t first = 0;
  // One that has not ended.
  std::optional<size_t> live;
  bool all_go = true;
};

std::map<std::string, Sharing> FindSharing(
    const std::vector<CheckpointHolder>& holders,
    const std::vector<bool>& goes) {
  std::map<std::string, Sharing> sharing;
  for (size_t i = 0; i < holders.size(); ++i) {
    for (const HeldCheckpoint& held : holders[i].checkpoints) {
      auto [entry, is_first] = sharing.try_emplace(held.key);
      if (is_first) entry->second.first = i;
      if (!holders[i].end_time.has_value()) entry->second.live = i;
      entry->second.all_go = entry->second.all_go && goes[i];
    }
  }
  return sharing;
}

CheckpointHolder HolderOf(const JobRow& row) {
  const v1::Job& job = row.job;
  CheckpointHolder holder;
  holder.job = row.key();
  holder.name = job.name();
  if (job.has_end_time()) holder.end_time = FromWireTime(job.end_time());
  if (job.spec().checkpoints().has_retention()) {
    holder.retention = FromWireDuration(job.spec().checkpoints().retention());
  }
  return holder;
}

absl::StatusOr<CheckpointHolder> ReadHolder(Connection& db, const JobRow& job) {
  CheckpointHolder holder = HolderOf(job);
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<CheckpointRow> rows,
                             CheckpointTable::List(db, holder.job));
  for (CheckpointRow& row : rows) {
    holder.checkpoints.push_back({.step = row.checkpoint.step(),
                                  .key = std::move(*row.artifact.mutable_key()),
                                  .size_bytes = row.artifact.size_bytes()});
  }
  return holder;
}

}  // namespace

absl::StatusOr<std::vector<CheckpointHolder>> ListCheckpointHolders(
    Connection& db) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<JobRow> jobs,
                             JobTable::ListWithCheckpoints(db));
  std::vector<CheckpointHolder> holders;
  for (const JobRow& job : jobs) {
    TUNESMITH_ASSIGN_OR_RETURN(holders.emplace_back(), ReadHolder(db, job));
  }
  return holders;
}

absl::StatusOr<std::vector<CheckpointHolder>> ListCheckpointHolders(
    Connection& db, const JobKey& after, int limit) {
  std::vector<CheckpointHolder> holders;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<JobKey> keys,
                             CheckpointTable::ListHolders(db, after, limit));
  for (const JobKey& key : keys) {
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> job,
                               JobTable::FindByUid(db, key));
    if (!job.has_value()) continue;
    TUNESMITH_ASSIGN_OR_RETURN(holders.emplace_back(), ReadHolder(db, *job));
  }
  return holders;
}

std::vector<CheckpointUse> PlanPrune(
    const std::vector<CheckpointHolder>& holders,
    const std::function<bool(const CheckpointHolder&)>& goes) {
  std::vector<bool> chosen;
  for (const CheckpointHolder& holder : holders) {
    chosen.push_back(holder.end_time.has_value() && goes(holder));
  }
  const std::map<std::string, Sharing> sharing = FindSharing(holders, chosen);
  std::vector<CheckpointUse> uses(holders.size());
  for (size_t i = 0; i < holders.size(); ++i) {
    CheckpointUse& use = uses[i];
    if (!holders[i].end_time.has_value()) {
      use.kept_because = "the job has not ended";
    } else if (!chosen[i]) {
      use.kept_because = "the job ended too short a time ago";
    }
    for (const HeldCheckpoint& held : holders[i].checkpoints) {
      const Sharing& shared = sharing.at(held.key);
      if (shared.first == i) use.size_bytes += held.size_bytes;
      if (!chosen[i]) continue;
      if (shared.live.has_value()) {
        use.kept_because = absl::StrCat(holders[*shared.live].name,
                                        " began from its checkpoint ",
                                        held.step, " and has not ended");
        continue;
      }
      ++use.dropped;
      if (shared.first == i && shared.all_go)
        use.freed_bytes += held.size_bytes;
    }
  }
  return uses;
}

}  // namespace tunesmith::server
