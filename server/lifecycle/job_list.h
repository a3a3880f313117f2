#ifndef TUNESMITH_SERVER_LIFECYCLE_JOB_LIST_H_
#define TUNESMITH_SERVER_LIFECYCLE_JOB_LIST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/lifecycle/job_table.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job_service.pb.h"

// Pages of jobs that match a filter, from indexes: what a page costs depends
// neither on how many jobs there are nor on where it lies.

namespace tunesmith::server {

// A place in an order of jobs: the time that it goes by, in microseconds, and
// the job's number.
struct JobPlace {
  int64_t time = 0;
  int64_t number = 0;

  auto operator<=>(const JobPlace&) const = default;
};

struct JobListQuery {
  std::string tenant;
  v1::JobFilter filter;
  // Not UNSPECIFIED.
  v1::ListJobsRequest::Order order = v1::ListJobsRequest::NEWEST_FIRST;
  // The list goes on after it.
  std::optional<JobPlace> after;
};

// One that matches.
struct ListedJob {
  JobPlace place;
  JobRow row;
};

struct JobListPage {
  std::vector<ListedJob> jobs;
  // Where the next page begins; empty where there is none. A page can be short,
  // or empty, and not the last: where few jobs match what no index knows, a
  // page ends after so many that were looked at.
  std::optional<JobPlace> next;
};

// At most `limit` jobs.
absl::StatusOr<JobListPage> ListJobs(Connection& db, const JobListQuery& query,
                                     int limit);

// Whether a job is one of those that the filter asks for. Pure.
bool Matches(const v1::JobFilter& filter, const v1::Job& job);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_JOB_LIST_H_
