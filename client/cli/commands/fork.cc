#include <string>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/job_request.h"
#include "client/cli/commands/job_watch.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : JobFlags, FollowFlags {
  std::string from;
};

absl::StatusOr<ExitCode> Fork(CommandContext& context, const Options& options) {
  v1::ForkJobRequest request;
  request.set_name(FullName("jobs", options.from));
  request.set_job_id(options.job_id);
  request.mutable_job()->set_display_name(options.display_name);
  request.mutable_job()->set_priority(options.priority.value_or(0));
  TUNESMITH_RETURN_IF_ERROR(
      ApplyTrainingFlags(options, *request.mutable_job()->mutable_spec()));
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, context.client().ForkJob(request));
  if (context.json()) context.console().PrintJson(job);
  return FollowNewJob(context, job.name(), options);
}

}  // namespace

void AddFork(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "fork",
      "Go on from a job's checkpoint as a new job: longer, slower, or with "
      "other layers frozen.");
  command
      ->add_option("FROM", options->from,
                   "jobs/ID/checkpoints/STEP, or jobs/ID (or ID) for its "
                   "newest checkpoint")
      ->required();
  AddTrainingFlags(command, *options);
  InGroup(command, "Job", [&] {
    AddNameFlags(command, *options);
    AddFollowFlags(command, *options);
  });
  command->footer(
      "Examples:\n"
      "  tunesmith fork intents --epochs 10\n"
      "  tunesmith fork jobs/intents/checkpoints/40 --learning-rate 1e-5 \\\n"
      "      --freeze none --name intents-2");
  OnCommand(command, action, options, &Fork);
}

}  // namespace tunesmith::cli
