#include "server/lifecycle/cancel_jobs.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/resource_name.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/job_list.h"
#include "server/lifecycle/job_table.h"

namespace tunesmith::server {
namespace {

constexpr int kFoundAtOnce = 100;

bool CanBeCancelled(const v1::Job& job) {
  return job.state() != v1::Job::CANCELLING && !IsTerminal(job.state());
}

void Add(const JobRow& row, CancellableJobs& jobs) {
  jobs.keys.push_back(row.key());
  jobs.names.push_back(row.job.name());
}

absl::StatusOr<CancellableJobs> FindNamed(
    Connection& db, const std::string& tenant,
    const v1::CancelJobsRequest& request) {
  CancellableJobs jobs;
  for (const std::string& name :
       std::set<std::string>(request.names().begin(), request.names().end())) {
    TUNESMITH_ASSIGN_OR_RETURN(std::string id,
                               ParseResourceName(ResourceKind::kJob, name));
    TUNESMITH_ASSIGN_OR_RETURN(JobRow row, JobTable::Get(db, tenant, id));
    if (CanBeCancelled(row.job)) Add(row, jobs);
  }
  return jobs;
}

// The filter, with those of its states from which a job can be cancelled; empty
// where there is none.
std::optional<v1::JobFilter> CancellableOnly(v1::JobFilter filter) {
  const std::set<int> asked(filter.states().begin(), filter.states().end());
  filter.clear_states();
  for (v1::Job::State state :
       {v1::Job::VALIDATING, v1::Job::QUEUED, v1::Job::RUNNING,
        v1::Job::PAUSING, v1::Job::PAUSED}) {
    if (asked.empty() || asked.contains(state)) filter.add_states(state);
  }
  if (filter.states().empty()) return std::nullopt;
  return filter;
}

absl::StatusOr<CancellableJobs> FindFiltered(Connection& db,
                                             const std::string& tenant,
                                             const v1::JobFilter& asked) {
  CancellableJobs jobs;
  std::optional<v1::JobFilter> filter = CancellableOnly(asked);
  if (!filter.has_value()) return jobs;
  JobListQuery query;
  query.tenant = tenant;
  query.filter = *std::move(filter);
  query.order = v1::ListJobsRequest::OLDEST_FIRST;
  do {
    TUNESMITH_ASSIGN_OR_RETURN(JobListPage page,
                               ListJobs(db, query, kFoundAtOnce));
    for (const ListedJob& listed : page.jobs) {
      if (jobs.keys.size() == kMaxCancelledJobs) {
        jobs.more = true;
        return jobs;
      }
      Add(listed.row, jobs);
    }
    query.after = page.next;
  } while (query.after.has_value());
  return jobs;
}

}  // namespace

absl::Status CheckCancelJobs(const v1::CancelJobsRequest& request) {
  std::vector<FieldViolation> violations;
  const bool by_name = !request.names().empty();
  if (by_name == request.has_filter()) {
    violations.push_back(
        {"names", by_name
                      ? "must not be set beside filter"
                      : "required, unless filter is set (an empty filter finds "
                        "every job that has not ended)"});
  }
  if (request.names_size() > kMaxCancelledJobs) {
    violations.push_back(
        {"names", absl::StrCat("must be at most ", kMaxCancelledJobs,
                               ", got: ", request.names_size())});
  }
  for (int i = 0; i < request.names_size(); ++i) {
    absl::Status named =
        ParseResourceName(ResourceKind::kJob, request.names(i)).status();
    if (named.ok()) continue;
    violations.push_back(
        {absl::StrCat("names[", i, "]"), std::string(named.message())});
  }
  return violations.empty() ? absl::OkStatus() : InvalidFieldsError(violations);
}

absl::StatusOr<CancellableJobs> FindCancellableJobs(
    Connection& db, const std::string& tenant,
    const v1::CancelJobsRequest& request) {
  return request.has_filter() ? FindFiltered(db, tenant, request.filter())
                              : FindNamed(db, tenant, request);
}

absl::StatusOr<v1::CancelJobsResponse> CancelJobs(
    Transaction& tx, const LifecycleContext& context,
    const CancellableJobs& jobs) {
  v1::CancelJobsResponse response;
  response.set_more(jobs.more);
  for (const JobKey& key : jobs.keys) {
    TUNESMITH_ASSIGN_OR_RETURN(std::optional<JobRow> row,
                               JobTable::FindByUid(tx.db(), key));
    if (!row.has_value() || !CanBeCancelled(row->job)) continue;
    TUNESMITH_ASSIGN_OR_RETURN(
        v1::Job cancelled, CancelStoredJob(tx, context, std::move(row->job)));
    response.add_names(cancelled.name());
  }
  return response;
}

}  // namespace tunesmith::server
