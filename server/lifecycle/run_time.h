#ifndef TUNESMITH_SERVER_LIFECYCLE_RUN_TIME_H_
#define TUNESMITH_SERVER_LIFECYCLE_RUN_TIME_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/connection.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::server {

// What is left of a job's `max_run_time` at `now`, at least zero; empty
// without a limit. The time that it was RUNNING, since it was retried last, is
// read from its history, so that it needs no second record.
absl::StatusOr<std::optional<absl::Duration>> RunTimeLeft(Connection& db,
                                                          const v1::Job& job,
                                                          absl::Time now);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_RUN_TIME_H_
