#ifndef TUNESMITH_SERVER_API_JOBS_QUERY_H_
#define TUNESMITH_SERVER_API_JOBS_QUERY_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/api/context.h"
#include "server/api/page_token.h"
#include "server/api/request_check.h"
#include "server/lifecycle/job_list.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job_service.pb.h"

// ListJobs.

namespace tunesmith::server {

struct JobsPage {
  JobListQuery query;
  Listing listing;
  int limit = 0;
};

// Adds what is wrong with a filter. `field`: "filter".
void CheckJobFilter(std::string_view field, const v1::JobFilter& filter,
                    RequestCheck& check);

// INVALID_ARGUMENT (INVALID_FIELD, BAD_PAGE_TOKEN).
absl::StatusOr<JobsPage> CheckJobsRequest(const std::string& tenant,
                                          const v1::ListJobsRequest& request);

absl::Status ReadJobs(Connection& db, const ApiContext& api,
                      const JobsPage& page, v1::ListJobsResponse& response);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_JOBS_QUERY_H_
