#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/commands/job_request.h"
#include "client/cli/commands/job_watch.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : JobFlags, FollowFlags {
  std::string file;
};

absl::StatusOr<v1::CreateJobRequest> ReadJobFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot read job file: ", path));
  }
  std::string json((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  return ParseJobFile(json, std::filesystem::path(path).parent_path().string());
}

// Puts a dataset's name in the place of each local file.
absl::Status UploadData(CommandContext& context, v1::Data& data) {
  for (std::string* source : {data.mutable_training(),
                              data.mutable_validation(), data.mutable_test()}) {
    if (source->empty()) continue;
    TUNESMITH_ASSIGN_OR_RETURN(*source, DatasetFor(context, *source));
  }
  return absl::OkStatus();
}

// Where the request does not say what the job is about, its data do.
void ChooseTask(CommandContext& context, const Options& options,
                v1::CreateJobRequest& request) {
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  if (spec.task().kind_case() != v1::Task::KIND_NOT_SET) return;
  const std::string& source =
      options.train.empty() ? spec.data().training() : options.train;
  if (IsOfPictures(context, source)) {
    spec.mutable_task()->mutable_image_classification();
  }
}

void ShowUnchecked(CommandContext& context,
                   const v1::CreateJobResponse& response) {
  for (const std::string& remark : response.unchecked()) {
    context.console().Note(
        absl::StrCat("not checked yet: ", Printable(remark)));
  }
}

absl::StatusOr<ExitCode> Submit(CommandContext& context,
                                const Options& options) {
  v1::CreateJobRequest request;
  if (!options.file.empty()) {
    TUNESMITH_ASSIGN_OR_RETURN(request, ReadJobFile(options.file));
  }
  ChooseTask(context, options, request);
  TUNESMITH_RETURN_IF_ERROR(ApplyFlags(options, request));
  TUNESMITH_RETURN_IF_ERROR(UploadData(
      context, *request.mutable_job()->mutable_spec()->mutable_data()));
  TUNESMITH_ASSIGN_OR_RETURN(v1::CreateJobResponse response,
                             context.client().CreateJob(request));
  if (context.json()) context.console().PrintJson(response);
  ShowUnchecked(context, response);
  if (request.validate_only()) {
    if (!context.json()) {
      context.console().Print(
          absl::StrCat("the job is valid; nothing was stored\n",
                       RenderJob(response.job(), context.zone())));
    }
    return ExitCode::kOk;
  }
  return FollowNewJob(context, response.job().name(), options);
}

void AddSpecFlags(CLI::App* command, JobFlags& flags) {
  command->add_option("--model", flags.model, "Base model: models/ID or ID");
  command->add_option("--train", flags.train,
                      "Training data: a local file, which is uploaded, or "
                      "datasets/ID");
  command->add_option("--validation", flags.validation,
                      "Validation data, likewise. Default: split off");
  command->add_option("--test", flags.test, "Test data, likewise");
  command->add_option("--text-column", flags.text_column, "Default: text");
  command->add_option("--image-column", flags.image_column, "Default: image");
  command->add_option("--label-column", flags.label_column, "Default: label");
  AddTrainingFlags(command, flags);
  command->add_option("--batch-size", flags.batch_size, "Rows per step");
  command->add_option("--max-length", flags.max_length,
                      "Tokens that a text is cut to");
  command->add_option("--seed", flags.seed, "Of every random draw");
}

void AddRequestFlags(CLI::App* command, Options& options) {
  command->add_option("--name", options.job_id,
                      "Last part of the job's name. Default: made up");
  command->add_option("--display-name", options.display_name, "For people");
  command->add_option("--priority", options.priority, "Higher goes first");
  command->add_option("--request-id", options.request_id,
                      "The same id and request give the same job");
  command->add_flag("--validate-only", options.validate_only,
                    "Check, and store no job (local files are uploaded)");
  AddFollowFlags(command, options);
}

}  // namespace

void AddSubmit(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "submit", "Submit a job, from a file, from flags, or both.");
  command->add_option("FILE", options->file,
                      "Protobuf JSON of a Job or CreateJobRequest; flags win. "
                      "Paths of data are relative to it");
  AddSpecFlags(command, *options);
  AddRequestFlags(command, *options);
  command->footer(
      "Examples:\n"
      "  tunesmith submit job.json\n"
      "  tunesmith submit --model all-minilm-l6-v2 --train messages.csv \\\n"
      "      --test held-out.csv --epochs 5 --freeze first:2\n"
      "  tunesmith submit job.json --seed 7 --detach --json");
  OnCommand(command, action, options, &Submit);
}

}  // namespace tunesmith::cli
