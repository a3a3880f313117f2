#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/event_text.h"
#include "client/cli/render/printable.h"
#include "client/cpp/watch.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options {
  std::string name;
  bool follow = false;
  int64_t after_sequence = 0;
};

void ShowEvent(CommandContext& context, const v1::JobEvent& event) {
  context.Show(event, [&] {
    return absl::StrCat(RenderEventForLog(event, context.zone()), "\n");
  });
}

absl::Status Follow(CommandContext& context, const std::string& name,
                    int64_t after_sequence) {
  client::WatchOptions watch;
  watch.after_sequence = after_sequence;
  watch.on_response = [&context](const v1::WatchJobResponse& response) {
    if (response.has_event()) ShowEvent(context, response.event());
  };
  watch.on_interruption = [&context](const absl::Status& status) {
    context.console().Note(
        absl::StrCat("connection lost; trying again: ",
                     Printable(std::string(status.message()))));
  };
  return client::WatchJob(context.client(), name, watch);
}

absl::StatusOr<ExitCode> Logs(CommandContext& context, const Options& options) {
  const std::string name = FullName("jobs", options.name);
  if (options.follow) {
    TUNESMITH_RETURN_IF_ERROR(Follow(context, name, options.after_sequence));
    return ExitCode::kOk;
  }
  v1::ListJobEventsRequest request;
  request.set_name(name);
  request.set_after_sequence(options.after_sequence);
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      request, std::numeric_limits<int>::max(), /*largest_page=*/1000,
      [&](const auto& page) { return context.client().ListJobEvents(page); },
      [&](const v1::ListJobEventsResponse& response, int) {
        for (const v1::JobEvent& event : response.events()) {
          ShowEvent(context, event);
        }
        return response.events_size();
      }));
  return ExitCode::kOk;
}

}  // namespace

void AddLogs(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("logs", "Show a job's events.");
  command->add_option("JOB", options->name, "jobs/ID or ID")->required();
  command->add_flag("-f,--follow", options->follow,
                    "Go on until the job has ended");
  command->add_option("--after", options->after_sequence,
                      "Only events after this sequence");
  command->footer(
      "Examples:\n"
      "  tunesmith logs jobs/intents\n"
      "  tunesmith logs intents --follow --json");
  OnCommand(command, action, options, &Logs);
}

}  // namespace tunesmith::cli
