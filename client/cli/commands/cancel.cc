#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> Cancel(CommandContext& context,
                                const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(
      v1::Job job, context.client().CancelJob(FullName("jobs", name)));
  context.Show(job, [&job] {
    return absl::StrCat(Printable(job.name()), " ", StateName(job.state()),
                        "\n");
  });
  return ExitCode::kOk;
}

}  // namespace

void AddCancel(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("cancel", "Stop a job. One that waits ends at once.");
  command->add_option("JOB", *name, "jobs/ID or ID")->required();
  command->footer("Example:\n  tunesmith cancel jobs/intents");
  OnCommand(command, action, name, &Cancel);
}

}  // namespace tunesmith::cli
