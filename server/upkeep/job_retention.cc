#include "server/upkeep/job_retention.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

absl::Status JobRetention::RunOnce(absl::Time now,
                                   const std::function<bool()>& should_stop) {
  if (policy_.jobs.has_value() || policy_.max_ended_jobs > 0) {
    absl::StatusOr<std::vector<std::string>> tenants;
    store_->ReadNow([&](Connection& db) { tenants = ListTenants(db); });
    TUNESMITH_RETURN_IF_ERROR(tenants.status());
    for (const std::string& tenant : *tenants) {
      TUNESMITH_RETURN_IF_ERROR(SweepTenant(tenant, now, should_stop));
    }
  }
  if (!policy_.audit_records.has_value()) return absl::OkStatus();
  const absl::Time last = now - *policy_.audit_records;
  TUNESMITH_ASSIGN_OR_RETURN(
      int64_t removed,
      RemoveAll(
          [last](Transaction& tx) { return RemoveAuditRecords(tx, last); },
          should_stop));
  if (removed > 0) spdlog::info("old audit records deleted count={}", removed);
  return absl::OkStatus();
}

absl::Status JobRetention::SweepTenant(
    const std::string& tenant, absl::Time now,
    const std::function<bool()>& should_stop) {
  std::vector<JobEnd> ends;
  if (policy_.jobs.has_value()) ends.push_back({.time = now - *policy_.jobs});
  if (policy_.max_ended_jobs > 0) {
    absl::StatusOr<std::optional<JobEnd>> beyond;
    store_->ReadNow([&](Connection& db) {
      beyond = EndBeyond(db, tenant, policy_.max_ended_jobs);
    });
    TUNESMITH_RETURN_IF_ERROR(beyond.status());
    if (beyond->has_value()) ends.push_back(**beyond);
  }
  int64_t removed = 0;
  for (const JobEnd& end : ends) {
    TUNESMITH_ASSIGN_OR_RETURN(
        int64_t some, RemoveAll(
                          [&](Transaction& tx) {
                            return RemoveEndedJobs(tx, context_, tenant, end);
                          },
                          should_stop));
    removed += some;
  }
  if (removed > 0) {
    spdlog::info("ended jobs deleted tenant={} count={}", tenant, removed);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> JobRetention::RemoveAll(
    const RemoveFn& remove, const std::function<bool()>& should_stop) {
  int64_t total = 0;
  while (!should_stop()) {
    int removed = 0;
    TUNESMITH_RETURN_IF_ERROR(
        store_->WriteAndWait([&](Transaction& tx) -> absl::Status {
          TUNESMITH_ASSIGN_OR_RETURN(removed, remove(tx));
          return absl::OkStatus();
        }));
    if (removed == 0) break;
    total += removed;
  }
  return total;
}

}  // namespace tunesmith::server
