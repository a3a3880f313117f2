#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/job_watch.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> Watch(CommandContext& context,
                               const std::string& name) {
  return WatchToTheEnd(context, FullName("jobs", name));
}

}  // namespace

void AddWatch(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "watch", "Follow a job until it ends; Ctrl-C leaves it running.");
  command->add_option("JOB", *name, "jobs/ID or ID")->required();
  command->footer(
      "Examples:\n"
      "  tunesmith watch jobs/intents\n"
      "  tunesmith watch intents --json | jq .event.metric");
  OnCommand(command, action, name, &Watch);
}

}  // namespace tunesmith::cli
