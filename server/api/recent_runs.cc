#include "server/api/recent_runs.h"

#include <algorithm>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/job_list.h"
#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

constexpr int kJobsOfMean = 16;
constexpr absl::Duration kGoodFor = absl::Seconds(5);
constexpr size_t kMaxTenants = 1000;

absl::StatusOr<std::optional<absl::Duration>> ReadMean(
    Connection& db, const std::string& tenant) {
  JobListQuery query;
  query.tenant = tenant;
  query.filter.add_states(v1::Job::SUCCEEDED);
  TUNESMITH_ASSIGN_OR_RETURN(JobListPage page,
                             ListJobs(db, query, kJobsOfMean));
  if (page.jobs.empty()) return std::optional<absl::Duration>();
  absl::Duration sum;
  for (const ListedJob& listed : page.jobs) {
    const v1::Job& job = listed.row.job;
    sum += std::max(absl::ZeroDuration(), FromWireTime(job.end_time()) -
                                              FromWireTime(job.start_time()));
  }
  return std::optional<absl::Duration>(sum / page.jobs.size());
}

}  // namespace

std::optional<RecentRuns::Known> RecentRuns::Find(const std::string& tenant) {
  MutexLock lock(&mutex_);
  auto found = known_.find(tenant);
  if (found == known_.end() || found->second.until < clock_->Monotonic()) {
    return std::nullopt;
  }
  return found->second;
}

absl::StatusOr<std::optional<absl::Duration>> RecentRuns::Mean(
    Connection& db, const std::string& tenant) {
  if (std::optional<Known> known = Find(tenant)) return known->mean;
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<absl::Duration> mean,
                             ReadMean(db, tenant));
  MutexLock lock(&mutex_);
  if (known_.size() >= kMaxTenants) known_.clear();
  known_[tenant] = {mean, clock_->Monotonic() + kGoodFor};
  return mean;
}

}  // namespace tunesmith::server
