#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/job_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : ListOptions {
  std::vector<std::string> states;
};

absl::StatusOr<ExitCode> List(CommandContext& context, const Options& options) {
  v1::ListJobsRequest request;
  for (const std::string& name : options.states) {
    v1::Job::State state;
    if (!v1::Job::State_Parse(absl::AsciiStrToUpper(name), &state)) {
      return absl::InvalidArgumentError(absl::StrCat("unknown state: ", name));
    }
    request.mutable_filter()->add_states(state);
  }
  std::vector<v1::Job> jobs;
  TUNESMITH_RETURN_IF_ERROR(ForEachPage(
      request, options.limit, /*largest_page=*/500,
      [&](const auto& page) { return context.client().ListJobs(page); },
      [&](const v1::ListJobsResponse& response, int wanted) {
        int taken = std::min(wanted, response.jobs_size());
        jobs.insert(jobs.end(), response.jobs().begin(),
                    response.jobs().begin() + taken);
        return taken;
      }));
  if (context.json()) {
    for (const v1::Job& job : jobs) context.console().PrintJson(job);
  } else {
    context.console().Print(RenderJobs(jobs, context.clock().Now()));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddList(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("list", "List jobs, newest first.");
  command
      ->add_option("--state", options->states,
                   "Only jobs in this state; may be repeated")
      ->allow_extra_args(false);
  AddLimit(command, *options);
  command->footer(
      "Examples:\n"
      "  tunesmith list\n"
      "  tunesmith list --state running --state queued");
  OnCommand(command, action, options, &List);
}

}  // namespace tunesmith::cli
