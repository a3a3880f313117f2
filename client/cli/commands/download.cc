#include "client/cpp/download.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/resource_name.h"

namespace tunesmith::cli {
namespace {

struct Options {
  std::string name;
  std::string directory;
  bool run_record = false;
};

absl::StatusOr<std::string> ModelOf(CommandContext& context,
                                    const std::string& name) {
  if (absl::StartsWith(name, "models/")) return name;
  if (LooksLikeCheckpoint(name)) return FullName("jobs", name);
  TUNESMITH_ASSIGN_OR_RETURN(v1::Job job,
                             context.client().GetJob(FullName("jobs", name)));
  if (job.output_model().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        job.name(), " has no model: it is ", StateName(job.state())));
  }
  return job.output_model();
}

// A name that came from the server becomes a path only if it is an id.
absl::StatusOr<std::string> DirectoryFor(const std::string& name) {
  if (!LooksLikeCheckpoint(name)) {
    return ParseResourceName(ResourceKind::kModel, name);
  }
  TUNESMITH_ASSIGN_OR_RETURN(CheckpointName checkpoint,
                             ParseCheckpointName(name));
  return absl::StrCat(checkpoint.job_id, "-", checkpoint.step);
}

absl::StatusOr<ExitCode> Download(CommandContext& context,
                                  const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::string model, ModelOf(context, options.name));
  std::string directory = options.directory;
  if (directory.empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(directory, DirectoryFor(model));
  }
  client::DownloadOptions download;
  download.include_run_record = options.run_record;
  download.on_progress = [&context](const std::string& path, int64_t received,
                                    int64_t total) {
    context.console().ShowLive(absl::StrCat(Printable(path), "  ",
                                            FormatBytes(received), " of ",
                                            FormatBytes(total)));
  };
  TUNESMITH_ASSIGN_OR_RETURN(
      client::DownloadedModel downloaded,
      client::DownloadModel(context.client(), model, directory, download));
  context.console().ClearLive();
  context.console().Note(absl::StrCat(Printable(model), " is in ",
                                      Printable(directory), " (",
                                      downloaded.file_count, " files, ",
                                      FormatBytes(downloaded.size_bytes), ")"));
  return ExitCode::kOk;
}

}  // namespace

void AddDownload(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "download", "Fetch a model as a Hugging Face directory.");
  command
      ->add_option("NAME", options->name,
                   "jobs/ID (or ID) for the model that a job made, models/ID, "
                   "or jobs/ID/checkpoints/STEP")
      ->required();
  command->add_option("DIRECTORY", options->directory,
                      "Where to; must be empty or not be there. Default: the "
                      "model's id, or the job's with the step");
  command->add_flag("--run-record", options->run_record,
                    "Also fetch how the model was made: report.html for "
                    "people, run_record.json for programs");
  command->footer(
      "Examples:\n"
      "  tunesmith download jobs/intents ./intents-model\n"
      "  tunesmith download models/all-minilm-l6-v2\n"
      "  tunesmith download jobs/intents/checkpoints/40");
  OnCommand(command, action, options, &Download);
}

}  // namespace tunesmith::cli
