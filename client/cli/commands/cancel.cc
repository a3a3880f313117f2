#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/job_filter_flags.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options {
  std::vector<std::string> jobs;
  bool all = false;
  bool dry_run = false;
  JobFilterFlags filter;
};

absl::StatusOr<ExitCode> CancelOne(CommandContext& context,
                                   const std::string& name) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, context.client().CancelJob(name));
  context.Show(job, [&job] {
    return absl::StrCat(Printable(job.name()), " ", StateName(job.state()),
                        "\n");
  });
  return ExitCode::kOk;
}

absl::StatusOr<v1::CancelJobsRequest> MakeRequest(const Options& options) {
  v1::CancelJobsRequest request;
  const bool by_filter = options.all || !options.filter.empty();
  if (by_filter == !options.jobs.empty()) {
    return absl::InvalidArgumentError(
        "say which jobs: by name, or by --all, --state, --label, --model or "
        "--dataset");
  }
  for (const std::string& job : options.jobs) {
    request.add_names(FullName("jobs", job));
  }
  if (by_filter) {
    TUNESMITH_RETURN_IF_ERROR(
        ApplyJobFilter(options.filter, *request.mutable_filter()));
  }
  request.set_validate_only(options.dry_run);
  return request;
}

absl::StatusOr<ExitCode> Run(CommandContext& context, const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::CancelJobsRequest request,
                             MakeRequest(options));
  if (request.names_size() == 1 && !options.dry_run) {
    return CancelOne(context, request.names(0));
  }
  int count = 0;
  bool more = true;
  while (more) {
    TUNESMITH_ASSIGN_OR_RETURN(v1::CancelJobsResponse response,
                               context.client().CancelJobs(request));
    if (context.json()) {
      context.console().PrintJson(response);
    } else {
      for (const std::string& name : response.names()) {
        context.console().Print(Printable(name) + "\n");
      }
    }
    count += response.names_size();
    // What nothing was done to would be found again.
    more = response.more() && !options.dry_run && response.names_size() > 0;
    if (response.more() && options.dry_run) {
      context.console().Note("and others");
    }
  }
  context.console().Note(absl::StrCat(
      options.dry_run ? "would cancel " : "cancelled ", count, " jobs"));
  return ExitCode::kOk;
}

}  // namespace

void AddCancel(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("cancel", "Stop jobs. One that waits ends at once.");
  command->add_option("JOB", options->jobs, "jobs/ID or ID");
  command->add_flag("--all", options->all, "Every job that has not ended");
  AddJobFilterFlags(command, options->filter);
  command->add_flag("--dry-run", options->dry_run,
                    "Say which ones, and stop none");
  command->footer(
      "Examples:\n"
      "  tunesmith cancel jobs/intents\n"
      "  tunesmith cancel a b c\n"
      "  tunesmith cancel --label team=vision --state queued\n"
      "  tunesmith cancel --all --dry-run");
  OnCommand(command, action, options, &Run);
}

}  // namespace tunesmith::cli
