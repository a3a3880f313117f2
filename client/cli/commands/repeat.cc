#include <optional>
#include <string>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/job_watch.h"
#include "proto/contract/base/status_macros.h"

// verify and reproduce: a job that repeats another one and compares.

namespace tunesmith::cli {
namespace {

struct Options : FollowFlags {
  std::string job;
  std::string job_id;
  std::optional<int64_t> from_step;
  std::optional<int64_t> to_step;
};

absl::StatusOr<ExitCode> Follow(CommandContext& context, const v1::Job& job,
                                const Options& options) {
  if (context.json()) context.console().PrintJson(job);
  return FollowNewJob(context, job.name(), options);
}

absl::StatusOr<ExitCode> Verify(CommandContext& context,
                                const Options& options) {
  v1::VerifyJobRequest request;
  request.set_name(FullName("jobs", options.job));
  request.set_job_id(options.job_id);
  if (options.from_step) request.set_from_step(*options.from_step);
  if (options.to_step) request.set_to_step(*options.to_step);
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, context.client().VerifyJob(request));
  return Follow(context, job, options);
}

absl::StatusOr<ExitCode> Reproduce(CommandContext& context,
                                   const Options& options) {
  v1::ReproduceJobRequest request;
  request.set_name(FullName("jobs", options.job));
  request.set_job_id(options.job_id);
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job,
                             context.client().ReproduceJob(request));
  return Follow(context, job, options);
}

void AddCommonOptions(CLI::App* command, Options& options) {
  command->add_option("JOB", options.job, "jobs/ID or ID")->required();
  command->add_option("--name", options.job_id,
                      "Last part of the new job's name. Default: made up");
  AddFollowFlags(command, options);
}

}  // namespace

void AddVerify(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "verify",
      "Repeat a job's steps between two checkpoints, and say whether the bits "
      "agree: a test of the hardware.");
  AddCommonOptions(command, *options);
  command->add_option("--from-step", options->from_step,
                      "A checkpoint's step, or 0. Default: the one before");
  command->add_option("--to-step", options->to_step,
                      "A checkpoint's step. Default: the newest one's");
  command->footer(
      "Exit code 1: the bits differ.\n"
      "Example:\n  tunesmith verify jobs/intents --watch");
  OnCommand(command, action, options, &Verify);
}

void AddReproduce(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "reproduce",
      "Train a job again, from its begin, and say whether the bits agree.");
  AddCommonOptions(command, *options);
  command->footer(
      "Exit code 1: the bits differ.\n"
      "Example:\n  tunesmith reproduce jobs/intents --watch");
  OnCommand(command, action, options, &Reproduce);
}

}  // namespace tunesmith::cli
