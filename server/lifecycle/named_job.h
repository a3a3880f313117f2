#ifndef TUNESMITH_SERVER_LIFECYCLE_NAMED_JOB_H_
#define TUNESMITH_SERVER_LIFECYCLE_NAMED_JOB_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/lifecycle/job_table.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// The job that a request names in `field`, where it still has the etag that the
// request gives. INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND
// (RESOURCE_NOT_FOUND), ABORTED (STALE_ETAG).
absl::StatusOr<JobRow> FindNamedJob(Connection& db, const std::string& tenant,
                                    const std::string& field,
                                    const std::string& name,
                                    const std::string& etag);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_NAMED_JOB_H_
