#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

std::string Render(const v1::ListCheckpointsResponse& response,
                   absl::Time now) {
  if (response.checkpoints().empty()) return "no checkpoints\n";
  TextTable table(
      {{"NAME"}, {"EPOCH"}, {"ATTEMPT"}, {"BEST"}, {"SIZE"}, {"AGE"}});
  for (const v1::Checkpoint& checkpoint : response.checkpoints()) {
    table.AddRow({checkpoint.name(), absl::StrCat(checkpoint.epoch()),
                  absl::StrCat(checkpoint.attempt()),
                  checkpoint.best() ? "yes" : "",
                  FormatBytes(checkpoint.size_bytes()),
                  FormatAge(checkpoint.create_time(), now)});
  }
  return table.Render();
}

absl::StatusOr<ExitCode> Checkpoints(CommandContext& context,
                                     const std::string& name) {
  v1::ListCheckpointsRequest request;
  request.set_parent(FullName("jobs", name));
  TUNESMITH_ASSIGN_OR_RETURN(v1::ListCheckpointsResponse response,
                             context.client().ListCheckpoints(request));
  if (context.json()) {
    for (const v1::Checkpoint& checkpoint : response.checkpoints()) {
      context.console().PrintJson(checkpoint);
    }
  } else {
    context.console().Print(Render(response, context.clock().Now()));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddCheckpoints(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "checkpoints", "List a job's checkpoints, newest first.");
  command->add_option("JOB", *name, "jobs/ID or ID")->required();
  command->footer("Example:\n  tunesmith checkpoints jobs/intents");
  OnCommand(command, action, name, &Checkpoints);
}

}  // namespace tunesmith::cli
