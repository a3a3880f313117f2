#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOBS_WATCH_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOBS_WATCH_H_

#include "absl/status/statusor.h"
#include "client/cli/base/command_context.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::cli {

// Shows the jobs that `request` finds as a table, then a line for each that
// changes, until somebody interrupts it; as JSON, every message.
absl::StatusOr<ExitCode> FollowJobs(CommandContext& context,
                                    const v1::WatchJobsRequest& request);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOBS_WATCH_H_
