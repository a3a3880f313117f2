#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/cli/base/command_context.h"

namespace tunesmith::cli {

// Shows a job's events and progress until it ends, then its report. With
// --json: each WatchJobResponse. Ctrl-C ends the watching and not the job.
absl::StatusOr<ExitCode> WatchToTheEnd(CommandContext& context,
                                       const std::string& name);

// The flags of commands that make a job.
struct FollowFlags {
  bool watch = false;
  bool detach = false;
};
void AddFollowFlags(CLI::App* command, FollowFlags& flags);

// Tells of a job that was made, and watches it to the end unless flags or the
// lack of a terminal speak against it.
absl::StatusOr<ExitCode> FollowNewJob(CommandContext& context,
                                      const std::string& name,
                                      const FollowFlags& flags);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOB_WATCH_H_
