#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/job_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> Get(CommandContext& context, const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job,
                             context.client().GetJob(FullName("jobs", name)));
  context.Show(job, [&] { return RenderJob(job, context.zone()); });
  return ExitCode::kOk;
}

}  // namespace

void AddGet(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("get", "Show a job.");
  command->add_option("JOB", *name, "jobs/ID or ID")->required();
  command->footer(
      "Examples:\n"
      "  tunesmith get jobs/intents\n"
      "  tunesmith get intents --json | jq .resolvedSpec");
  OnCommand(command, action, name, &Get);
}

}  // namespace tunesmith::cli
