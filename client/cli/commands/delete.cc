#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

absl::StatusOr<ExitCode> Delete(CommandContext& context,
                                const std::string& name) {
  const std::string full_name = FullName("jobs", name);
  TUNESMITH_RETURN_IF_ERROR(context.client().DeleteJob(full_name));
  context.console().Note(absl::StrCat("deleted ", Printable(full_name)));
  return ExitCode::kOk;
}

}  // namespace

void AddDelete(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "delete", "Delete an ended job with its events; its model stays.");
  command->add_option("JOB", *name, "jobs/ID or ID")->required();
  command->footer("Example:\n  tunesmith delete jobs/intents");
  OnCommand(command, action, name, &Delete);
}

}  // namespace tunesmith::cli
