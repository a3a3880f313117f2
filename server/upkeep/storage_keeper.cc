#include "server/upkeep/storage_keeper.h"

#include <algorithm>
#include <utility>

#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/lifecycle/checkpoint_commands.h"
#include "server/lifecycle/wire_time.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

const char* NameOf(PruneCause cause) {
  return cause == PruneCause::kRetention ? "retention" : "request";
}

v1::StoredItem ItemOf(const CheckpointHolder& holder, int64_t freed_bytes) {
  v1::StoredItem item;
  item.set_kind(v1::StoredItem::CHECKPOINTS);
  item.set_resource(holder.name);
  item.set_size_bytes(freed_bytes);
  *item.mutable_time() = ToWireTime(*holder.end_time);
  return item;
}

absl::Status CheckNotStopping(const PruneRequest& request) {
  if (!request.should_stop()) return absl::OkStatus();
  return UnavailableError(v1::ERROR_REASON_DRAINING,
                          "the server is stopping; try again",
                          absl::Seconds(1));
}

void Add(v1::StoredItem item, PruneResult& result) {
  result.freed_bytes += item.size_bytes();
  result.items.push_back(std::move(item));
}

}  // namespace

absl::StatusOr<PruneResult> StorageKeeper::Prune(const PruneRequest& request) {
  MutexLock lock(&pruning_);
  PruneResult result;
  // Leftovers first: that they go has to be recorded nowhere.
  absl::Status status = PruneLeftovers(request, result);
  if (status.ok()) status = PruneJobs(request, result);
  if (!request.validate_only) options_.reserve->Refill();
  TUNESMITH_RETURN_IF_ERROR(status);
  std::sort(result.items.begin(), result.items.end(), IsListedBefore);
  return result;
}

absl::Status StorageKeeper::PruneLeftovers(const PruneRequest& request,
                                           PruneResult& result) {
  const ArtifactKeeping& keeping = options_.places.keeping;
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                             FindLeftovers(keeping));
  for (const std::string& key : keys) {
    TUNESMITH_RETURN_IF_ERROR(CheckNotStopping(request));
    v1::StoredItem item = DescribeLeftover(*keeping.artifacts, key);
    if (!request.validate_only) {
      if (!DeleteLeftover(*keeping.artifacts, key)) continue;
      CountFreed("leftover", item.size_bytes());
    }
    Add(std::move(item), result);
  }
  return absl::OkStatus();
}

bool StorageKeeper::IsDue(const PruneRequest& request,
                          const CheckpointHolder& holder,
                          absl::Time now) const {
  if (!request.tenant.empty() && request.tenant != holder.job.tenant) {
    return false;
  }
  std::optional<absl::Duration> kept = request.older_than;
  if (!kept.has_value()) kept = holder.retention;
  if (!kept.has_value()) kept = retention();
  return kept.has_value() && *holder.end_time + *kept <= now;
}

absl::Status StorageKeeper::PruneJobs(const PruneRequest& request,
                                      PruneResult& result) {
  absl::StatusOr<std::vector<CheckpointHolder>> holders;
  options_.places.keeping.store->ReadNow(
      [&holders](Connection& db) { holders = ListCheckpointHolders(db); });
  TUNESMITH_RETURN_IF_ERROR(holders.status());
  const absl::Time now = options_.clock->Now();
  std::vector<CheckpointUse> uses =
      PlanPrune(*holders, [&](const CheckpointHolder& holder) {
        return IsDue(request, holder, now);
      });
  // From the newest on: the last one that drops a shared checkpoint is the one
  // that had it first, to whom its bytes are counted.
  for (size_t i = holders->size(); i-- > 0;) {
    if (uses[i].dropped == 0) continue;
    TUNESMITH_RETURN_IF_ERROR(CheckNotStopping(request));
    const CheckpointHolder& holder = (*holders)[i];
    int64_t freed = uses[i].freed_bytes;
    if (!request.validate_only) {
      TUNESMITH_ASSIGN_OR_RETURN(freed, PruneJob(holder, request.cause));
    }
    Add(ItemOf(holder, freed), result);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> StorageKeeper::PruneJob(const CheckpointHolder& holder,
                                                PruneCause cause) {
  PrunedCheckpoints pruned;
  TUNESMITH_RETURN_IF_ERROR(Write([&](Transaction& tx) -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(pruned, PruneCheckpoints(tx, holder.job, cause));
    return absl::OkStatus();
  }));
  int64_t freed = 0;
  for (const internal::v1::Artifact& artifact : pruned.released) {
    absl::Status status =
        options_.places.keeping.artifacts->Delete(artifact.key());
    if (status.ok()) {
      freed += artifact.size_bytes();
    } else {
      // It is a leftover now.
      spdlog::warn("artifact not deleted key={} error=\"{}\"", artifact.key(),
                   status.ToString());
    }
  }
  spdlog::info("checkpoints deleted job={} cause={} count={} bytes={}",
               holder.name, NameOf(cause), pruned.count, freed);
  CountFreed(NameOf(cause), freed);
  return freed;
}

absl::Status StorageKeeper::Write(
    const std::function<absl::Status(Transaction&)>& write) {
  Store& store = *options_.places.keeping.store;
  absl::Status status = store.WriteAndWait(write);
  if (ErrorReasonOf(status) != v1::ERROR_REASON_DISK_FULL) return status;
  options_.reserve->Release();
  return store.WriteAndWait(write);
}

void StorageKeeper::CountFreed(const char* cause, int64_t bytes) const {
  if (options_.on_freed) options_.on_freed(cause, bytes);
}

}  // namespace tunesmith::server
