#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/commands/format_flags.h"
#include "client/cli/commands/job_request.h"
#include "client/cli/commands/job_watch.h"
#include "client/cli/render/job_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : JobFlags, FollowFlags {
  std::string file;
  // Of the files that are uploaded.
  FormatFlags format;
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

// Puts a folder's tables in the places of the splits that they are named by,
// where the request does not say otherwise.
absl::Status OpenFolder(CommandContext& context, const Options& options,
                        v1::Data& data) {
  const std::string folder = data.training();
  const bool opens = !IsDatasetName(folder) &&
                     options.format.manifest.empty() &&
                     std::filesystem::is_directory(folder);
  if (!opens) return absl::OkStatus();
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<SplitFiles> files,
                             FindSplitFiles(folder));
  if (!files.has_value()) return absl::OkStatus();
  data.set_training(files->training);
  for (auto [name, target] :
       {std::pair(&files->validation, data.mutable_validation()),
        std::pair(&files->test, data.mutable_test())}) {
    if (target->empty()) {
      *target = *name;
    } else if (!name->empty()) {
      files->unused.push_back(std::filesystem::path(*name).filename().string());
    }
  }
  if (!files->unused.empty()) {
    context.console().Note(Printable(absl::StrCat(
        "not used of ", folder, ": ", absl::StrJoin(files->unused, ", "))));
  }
  return absl::OkStatus();
}

// Where the request does not say what the job is about, its data do.
void ChooseTask(CommandContext& context, const Options& options,
                v1::JobSpec& spec) {
  if (spec.task().kind_case() != v1::Task::KIND_NOT_SET) return;
  v1::DatasetFormat format;
  ApplyFormat(options.format, format);
  const bool pictures = format.kind() == v1::DatasetFormat::KIND_UNSPECIFIED
                            ? IsOfPictures(context, spec.data().training())
                            : format.kind() == v1::DatasetFormat::IMAGES;
  if (pictures) {
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
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  ApplySources(options, *spec.mutable_data());
  TUNESMITH_RETURN_IF_ERROR(OpenFolder(context, options, *spec.mutable_data()));
  ChooseTask(context, options, spec);
  TUNESMITH_RETURN_IF_ERROR(ApplyFlags(options, request));
  v1::Data& data = *spec.mutable_data();
  TUNESMITH_RETURN_IF_ERROR(
      UploadSources(context, options.format,
                    {data.mutable_training(), data.mutable_validation(),
                     data.mutable_test()}));
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

void AddSpecFlags(CLI::App* command, Options& flags) {
  InGroup(command, "Model and data", [&] {
    command->add_option("--model", flags.model, "Base model: models/ID or ID");
    command->add_option(
        "--train,--data", flags.train,
        "Training data: a local file or folder, which is uploaded, or "
        "datasets/ID. A folder may hold all splits: folders train, val and "
        "test of pictures, or tables train.csv, val.csv and test.csv");
    command->add_option("--validation", flags.validation,
                        "Validation data, likewise. Default: split off");
    command->add_option("--test", flags.test, "Test data, likewise");
    AddSampleFlags(command, flags);
    AddSplitFlags(command, flags);
  });
  InGroup(command, "Reading of files that are uploaded",
          [&] { AddFormatFlags(command, flags.format); });
  InGroup(command, "Rows that cannot be used",
          [&] { AddCleaningFlags(command, flags); });
  AddTrainingFlags(command, flags);
  InGroup(command, "Training", [&] {
    command->add_option("--batch-size", flags.batch_size, "Rows per step");
    AddClassWeightFlags(command, flags);
    command->add_option("--seed", flags.seed, "Of every random draw");
  });
}

void AddRequestFlags(CLI::App* command, Options& options) {
  InGroup(command, "Job", [&] {
    AddNameFlags(command, options);
    command->add_option("--request-id", options.request_id,
                        "The same id and request give the same job");
    command->add_flag("--validate-only", options.validate_only,
                      "Check, and store no job (local files are uploaded)");
    AddFollowFlags(command, options);
  });
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
      "  tunesmith submit --model resnet50 --data pets/   # train/ val/ test/\n"
      "  tunesmith submit --model all-minilm-l6-v2 --data spam.csv \\\n"
      "      --text-column v2 --label-column v1 --encoding windows-1252 \\\n"
      "      --class-weights balanced --primary-metric macro-f1 \\\n"
      "      --early-stopping 2\n"
      "  tunesmith submit job.json --seed 7 --detach --json");
  OnCommand(command, action, options, &Submit);
}

}  // namespace tunesmith::cli
