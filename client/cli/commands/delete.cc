#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options {
  std::string job;
  bool with_model = false;
};

absl::StatusOr<ExitCode> Delete(CommandContext& context,
                                const Options& options) {
  const std::string full_name = FullName("jobs", options.job);
  TUNESMITH_RETURN_IF_ERROR(
      context.client().DeleteJob(full_name, options.with_model));
  context.console().Note(absl::StrCat("deleted ", Printable(full_name)));
  return ExitCode::kOk;
}

}  // namespace

void AddDelete(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "delete", "Delete an ended job with its events; its model stays.");
  command->add_option("JOB", options->job, "jobs/ID or ID")->required();
  command->add_flag("--with-model", options->with_model,
                    "Also delete the model that it made");
  command->footer(
      "Examples:\n"
      "  tunesmith delete jobs/intents\n"
      "  tunesmith delete intents --with-model");
  OnCommand(command, action, options, &Delete);
}

}  // namespace tunesmith::cli
