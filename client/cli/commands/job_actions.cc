#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

// pause, resume and retry: one call, and the state that it led to.

namespace tunesmith::cli {
namespace {

using Method = absl::StatusOr<v1::Job> (client::Client::*)(const std::string&);

struct Options {
  std::string job;
  Method method;
};

absl::StatusOr<ExitCode> Run(CommandContext& context, const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job, (context.client().*options.method)(
                                              FullName("jobs", options.job)));
  context.Show(job, [&job] {
    return absl::StrCat(Printable(job.name()), " ", StateName(job.state()),
                        "\n");
  });
  return ExitCode::kOk;
}

void AddJobAction(CLI::App& app, Action& action, const std::string& name,
                  const std::string& help, Method method) {
  auto options = std::make_shared<Options>();
  options->method = method;
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("JOB", options->job, "jobs/ID or ID")->required();
  command->footer(
      absl::StrCat("Example:\n  tunesmith ", name, " jobs/intents"));
  OnCommand(command, action, options, &Run);
}

}  // namespace

void AddPause(CLI::App& app, Action& action) {
  AddJobAction(app, action, "pause",
               "Let a job take a checkpoint and give its device back.",
               &client::Client::PauseJob);
}

void AddResume(CLI::App& app, Action& action) {
  AddJobAction(app, action, "resume",
               "Let a paused job go on from its checkpoint.",
               &client::Client::ResumeJob);
}

void AddRetry(CLI::App& app, Action& action) {
  AddJobAction(app, action, "retry",
               "Let a job that failed or was cancelled go on from its newest "
               "checkpoint.",
               &client::Client::RetryJob);
}

}  // namespace tunesmith::cli
