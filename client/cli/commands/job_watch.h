#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/base/command_context.h"

namespace tunesmith::cli {

// Shows a job's events and progress until it ends, then its report. With
// --json: each WatchJobResponse. Ctrl-C ends the watching and not the job.
absl::StatusOr<ExitCode> WatchToTheEnd(CommandContext& context,
                                       const std::string& name);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_
