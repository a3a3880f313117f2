#include <optional>
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
  std::string job;
  std::optional<int> priority;
  std::vector<std::string> labels;
  std::vector<std::string> removed_labels;
  std::optional<std::string> display_name;
  std::optional<bool> preempts;
};

// Labels are replaced as a whole: those that the job has go along, and its
// etag, so that what somebody else changes meanwhile is not undone.
absl::Status ChangeLabels(CommandContext& context, const Options& options,
                          v1::UpdateJobRequest& request) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job now,
                             context.client().GetJob(request.job().name()));
  v1::Job& job = *request.mutable_job();
  *job.mutable_labels() = now.labels();
  job.set_etag(now.etag());
  for (const std::string& key : options.removed_labels) {
    job.mutable_labels()->erase(key);
  }
  TUNESMITH_RETURN_IF_ERROR(ApplyLabels(options.labels, *job.mutable_labels()));
  request.mutable_update_mask()->add_paths("labels");
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Run(CommandContext& context, const Options& options) {
  v1::UpdateJobRequest request;
  v1::Job& job = *request.mutable_job();
  job.set_name(FullName("jobs", options.job));
  if (options.priority.has_value()) {
    job.set_priority(*options.priority);
    request.mutable_update_mask()->add_paths("priority");
  }
  if (options.display_name.has_value()) {
    job.set_display_name(*options.display_name);
    request.mutable_update_mask()->add_paths("display_name");
  }
  if (options.preempts.has_value()) {
    job.set_preempts(*options.preempts);
    request.mutable_update_mask()->add_paths("preempts");
  }
  if (!options.labels.empty() || !options.removed_labels.empty()) {
    TUNESMITH_RETURN_IF_ERROR(ChangeLabels(context, options, request));
  }
  if (request.update_mask().paths().empty()) {
    return absl::InvalidArgumentError(
        "nothing to change: see tunesmith update --help");
  }
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job updated,
                             context.client().UpdateJob(request));
  context.Show(updated, [&updated] {
    return absl::StrCat(Printable(updated.name()), " ",
                        StateName(updated.state()), ", priority ",
                        updated.priority(), "\n");
  });
  return ExitCode::kOk;
}

}  // namespace

void AddUpdate(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "update", "Change a job's priority, labels or display name.");
  command->add_option("JOB", options->job, "jobs/ID or ID")->required();
  command->add_option("--priority", options->priority,
                      "Higher goes first, -1000 to 1000");
  command
      ->add_option("--label", options->labels,
                   "KEY=VALUE to add or change; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--remove-label", options->removed_labels,
                   "KEY to remove; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--display-name", options->display_name, "For people");
  command->add_option("--preempts", options->preempts,
                      "true or false: whether it takes a slot from a job of "
                      "yours behind it where all are in use");
  command->footer(
      "Examples:\n"
      "  tunesmith update intents --priority 10\n"
      "  tunesmith update intents --label team=vision --remove-label draft");
  OnCommand(command, action, options, &Run);
}

}  // namespace tunesmith::cli
