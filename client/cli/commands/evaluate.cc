#include <algorithm>
#include <string>

#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/commands/format_flags.h"
#include "client/cli/commands/job_request.h"
#include "client/cli/commands/job_watch.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : JobFlags, FollowFlags {
  std::string data;
  FormatFlags format;
};

// A model says what it is for.
absl::Status ChooseTask(CommandContext& context, v1::JobSpec& spec) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::Model model,
                             context.client().GetModel(spec.base_model()));
  const bool pictures =
      std::find(model.tasks().begin(), model.tasks().end(),
                v1::IMAGE_CLASSIFICATION) != model.tasks().end();
  if (pictures) {
    spec.mutable_task()->mutable_image_classification();
  } else {
    spec.mutable_task()->mutable_text_classification();
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Evaluate(CommandContext& context,
                                  const Options& options) {
  v1::CreateJobRequest request;
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  spec.set_purpose(v1::JobSpec::EVALUATE);
  spec.set_base_model(FullName("models", options.model));
  TUNESMITH_RETURN_IF_ERROR(ChooseTask(context, spec));
  TUNESMITH_RETURN_IF_ERROR(ApplyFlags(options, request));
  std::string& test = *spec.mutable_data()->mutable_test();
  test = options.data;
  TUNESMITH_RETURN_IF_ERROR(UploadSources(context, options.format, {&test}));
  TUNESMITH_ASSIGN_OR_RETURN(v1::CreateJobResponse response,
                             context.client().CreateJob(request));
  if (context.json()) context.console().PrintJson(response);
  return FollowNewJob(context, response.job().name(), options);
}

}  // namespace

void AddEvaluate(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "Measure a model, as it is, on labelled data.");
  command->add_option("MODEL", options->model, "models/ID or ID")->required();
  InGroup(command, "Data", [&] {
    command
        ->add_option("--data", options->data,
                     "A local file or folder, which is uploaded, or "
                     "datasets/ID")
        ->required();
    AddSampleFlags(command, *options);
  });
  InGroup(command, "Reading of a file that is uploaded",
          [&] { AddFormatFlags(command, options->format); });
  InGroup(command, "Rows that cannot be used",
          [&] { AddCleaningFlags(command, *options); });
  InGroup(command, "Device", [&] { AddPlaceFlags(command, *options); });
  InGroup(command, "Job", [&] {
    AddNameFlags(command, *options);
    AddFollowFlags(command, *options);
  });
  command->footer(
      "Columns, the length of texts and the normalisation of labels are those "
      "of the\nmodel's own training unless flags say otherwise.\n"
      "Examples:\n"
      "  tunesmith evaluate intents --data held-out.csv\n"
      "  tunesmith evaluate models/pets --data datasets/more-pets --watch");
  OnCommand(command, action, options, &Evaluate);
}

}  // namespace tunesmith::cli
