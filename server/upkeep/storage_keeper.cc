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

constexpr int kSweepPage = 200;

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
  if (status.ok()) status = PruneQuarantined(request, result);
  if (status.ok()) {
    status = request.cause == PruneCause::kRetention
                 ? SweepJobs(request, result)
                 : PruneJobs(request, result);
  }
  if (!request.validate_only) options_.reserve->Refill();
  TUNESMITH_RETURN_IF_ERROR(status);
  std::sort(result.items.begin(), result.items.end(), IsListedBefore);
  return result;
}

absl::Status StorageKeeper::PruneLeftovers(const PruneRequest& request,
                                           PruneResult& result) {
  if (options_.leaves_leftovers && request.cause == PruneCause::kRetention) {
    return absl::OkStatus();
  }
  return VisitLeftovers(
      options_.places.keeping,
      [&](const std::vector<std::string>& keys) -> absl::Status {
        for (const std::string& key : keys) {
          TUNESMITH_RETURN_IF_ERROR(CheckNotStopping(request));
          TUNESMITH_RETURN_IF_ERROR(PruneLeftover(request, key, result));
        }
        return absl::OkStatus();
      });
}

absl::Status StorageKeeper::PruneLeftover(const PruneRequest& request,
                                          const std::string& key,
                                          PruneResult& result) {
  ArtifactStore& artifacts = *options_.places.keeping.artifacts;
  v1::StoredItem item = DescribeLeftover(artifacts, key);
  if (!request.delete_quarantined) {
    if (request.validate_only || QuarantineLeftover(key, NowOf(request))) {
      result.items.push_back(std::move(item));
    }
    return absl::OkStatus();
  }
  if (!request.validate_only) {
    if (!DeleteLeftover(artifacts, key)) return absl::OkStatus();
    CountFreed("leftover", item.size_bytes());
  }
  Add(std::move(item), result);
  return absl::OkStatus();
}

bool StorageKeeper::QuarantineLeftover(const std::string& key, absl::Time now) {
  constexpr char kReason[] = "no record in the database referred to it";
  Quarantine& quarantine = *options_.places.quarantine;
  absl::Status status = quarantine.Add(key, kReason, now);
  if (ErrorReasonOf(status) == v1::ERROR_REASON_DISK_FULL) {
    options_.reserve->Release();
    status = quarantine.Add(key, kReason, now);
  }
  spdlog::info("artifact without a record quarantined key={} status=\"{}\"",
               key, status.ToString());
  return status.ok();
}

absl::Status StorageKeeper::PruneQuarantined(const PruneRequest& request,
                                             PruneResult& result) {
  const bool is_sweep = request.cause == PruneCause::kRetention;
  if (!request.delete_quarantined && !is_sweep) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<QuarantinedArtifact> quarantined,
                             ListQuarantined(options_.places));
  const absl::Time due = NowOf(request) - policy().quarantined;
  for (const QuarantinedArtifact& artifact : quarantined) {
    if (!request.delete_quarantined && artifact.time > due) continue;
    TUNESMITH_RETURN_IF_ERROR(CheckNotStopping(request));
    if (!request.validate_only) {
      TUNESMITH_RETURN_IF_ERROR(
          options_.places.quarantine->Delete(artifact.name));
      spdlog::info("quarantined artifact deleted origin={} since={} bytes={}",
                   artifact.origin, absl::FormatTime(artifact.time),
                   artifact.size_bytes);
      CountFreed("leftover", artifact.size_bytes);
    }
    Add(DescribeQuarantined(options_.places, artifact), result);
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
  if (!kept.has_value()) kept = policy().checkpoints;
  return kept.has_value() && *holder.end_time + *kept <= now;
}

absl::Status StorageKeeper::PruneJobs(const PruneRequest& request,
                                      PruneResult& result) {
  absl::StatusOr<std::vector<CheckpointHolder>> holders;
  options_.places.keeping.store->ReadNow(
      [&holders](Connection& db) { holders = ListCheckpointHolders(db); });
  TUNESMITH_RETURN_IF_ERROR(holders.status());
  const absl::Time now = NowOf(request);
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
    std::optional<int64_t> freed = uses[i].freed_bytes;
    if (!request.validate_only) {
      TUNESMITH_ASSIGN_OR_RETURN(freed, PruneJob(holder, request.cause));
    }
    if (freed.has_value()) Add(ItemOf(holder, *freed), result);
  }
  return absl::OkStatus();
}

absl::Status StorageKeeper::SweepJobs(const PruneRequest& request,
                                      PruneResult& result) {
  const absl::Time now = NowOf(request);
  JobKey last;
  while (true) {
    absl::StatusOr<std::vector<CheckpointHolder>> page;
    options_.places.keeping.store->ReadNow([&](Connection& db) {
      page = ListCheckpointHolders(db, last, kSweepPage);
    });
    TUNESMITH_RETURN_IF_ERROR(page.status());
    if (page->empty()) return absl::OkStatus();
    last = page->back().job;
    for (const CheckpointHolder& holder : *page) {
      if (!holder.end_time.has_value() || !IsDue(request, holder, now)) {
        continue;
      }
      TUNESMITH_RETURN_IF_ERROR(CheckNotStopping(request));
      TUNESMITH_ASSIGN_OR_RETURN(std::optional<int64_t> freed,
                                 PruneJob(holder, request.cause));
      if (freed.has_value()) Add(ItemOf(holder, *freed), result);
    }
  }
}

absl::StatusOr<std::optional<int64_t>> StorageKeeper::PruneJob(
    const CheckpointHolder& holder, PruneCause cause) {
  PrunedCheckpoints pruned;
  TUNESMITH_RETURN_IF_ERROR(Write([&](Transaction& tx) -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(pruned, PruneCheckpoints(tx, holder.job, cause));
    return absl::OkStatus();
  }));
  if (pruned.count == 0) return std::nullopt;
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

void StorageKeeper::RefreshTotals() {
  absl::StatusOr<StoredTotals> totals = MeasureTotals(options_.places);
  if (!totals.ok()) {
    spdlog::warn("storage not measured error=\"{}\"",
                 totals.status().ToString());
    return;
  }
  MutexLock lock(&mutex_);
  totals_ = *std::move(totals);
}

StoredTotals StorageKeeper::totals() const {
  MutexLock lock(&mutex_);
  return totals_;
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
