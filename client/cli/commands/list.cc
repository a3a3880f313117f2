#include <algorithm>
#include <vector>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/job_filter_flags.h"
#include "client/cli/commands/jobs_watch.h"
#include "client/cli/render/job_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : ListOptions {
  JobFilterFlags filter;
  bool follow = false;
};

absl::StatusOr<ExitCode> Follow(CommandContext& context,
                                const Options& options) {
  if (!options.filter.states.empty()) {
    return absl::InvalidArgumentError(
        "--follow takes no --state: a job passes through all of them");
  }
  v1::WatchJobsRequest request;
  TUNESMITH_RETURN_IF_ERROR(
      ApplyJobFilter(options.filter, *request.mutable_filter()));
  return FollowJobs(context, request);
}

absl::StatusOr<ExitCode> List(CommandContext& context, const Options& options) {
  if (options.follow) return Follow(context, options);
  v1::ListJobsRequest request;
  TUNESMITH_RETURN_IF_ERROR(
      ApplyJobFilter(options.filter, *request.mutable_filter()));
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
  AddJobFilterFlags(command, options->filter);
  command->add_flag("--follow", options->follow,
                    "Then show each job that changes; without those that have "
                    "ended before");
  AddLimit(command, *options);
  command->footer(
      "Examples:\n"
      "  tunesmith list\n"
      "  tunesmith list --state running --state queued\n"
      "  tunesmith list --label team=vision --follow");
  OnCommand(command, action, options, &List);
}

}  // namespace tunesmith::cli
