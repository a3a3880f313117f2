#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/augment_flags.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/data_source.h"
#include "client/cli/render/augmentation_text.h"
#include "client/cli/render/printable.h"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

// Where --samples does not say it.
constexpr int kSamplesOfAPage = 6;

struct Options : AugmentFlags {
  std::string model;
  std::string data;
  std::string out;
  std::optional<int> samples;
  std::optional<int> page;
  std::optional<int> epochs;
  std::optional<int64_t> seed;
  std::optional<std::string> image_column;
};

absl::StatusOr<v1::PreviewAugmentationRequest> RequestOf(
    const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::Augmentation> augmentation,
                             AugmentationOf(options));
  v1::PreviewAugmentationRequest request;
  request.set_base_model(FullName("models", options.model));
  if (augmentation.has_value()) {
    *request.mutable_augmentation() = *std::move(augmentation);
  }
  if (options.samples.has_value()) request.set_samples(*options.samples);
  if (options.page.has_value()) {
    const int64_t samples = options.samples.value_or(kSamplesOfAPage);
    const int64_t skip = (*options.page - int64_t{1}) * samples;
    if (skip < 0 || skip > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--page must be at least 1 and not beyond the last "
                       "picture, got: ",
                       *options.page));
    }
    request.set_samples(static_cast<int32_t>(samples));
    request.set_skip(static_cast<int32_t>(skip));
  }
  if (options.epochs.has_value()) request.set_epochs(*options.epochs);
  if (options.seed.has_value()) request.set_seed(*options.seed);
  if (options.image_column.has_value()) {
    request.set_image_column(*options.image_column);
  }
  return request;
}

// The numbers that the rows have in the sheet, how many pictures there are, and
// what was done to them.
std::string RenderPreview(const v1::PreviewAugmentationRequest& request,
                          const v1::PreviewAugmentationResponse& response) {
  std::string text;
  for (int i = 0; i < response.samples_size(); ++i) {
    absl::StrAppend(&text, absl::Dec(i + 1, absl::kSpacePad2), "  ",
                    Printable(response.samples(i)), "\n");
  }
  if (request.has_skip()) {
    const int64_t end = std::min<int64_t>(
        response.sample_count(), int64_t{request.skip()} + request.samples());
    absl::StrAppend(&text, "pictures ", request.skip() + 1, " to ", end, " of ",
                    response.sample_count(), "\n");
  } else {
    absl::StrAppend(&text, response.samples_size(), " of ",
                    response.sample_count(),
                    " pictures, spread over the dataset\n");
  }
  absl::StrAppend(&text, "augmentation: ",
                  DescribeAugmentation(response.augmentation()), "\n");
  return text;
}

absl::StatusOr<ExitCode> PreviewAugmentation(CommandContext& context,
                                             const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(v1::PreviewAugmentationRequest request,
                             RequestOf(options));
  TUNESMITH_ASSIGN_OR_RETURN(*request.mutable_dataset(),
                             DatasetFor(context, options.data));
  context.console().Note("drawing the pictures ...");
  TUNESMITH_ASSIGN_OR_RETURN(v1::PreviewAugmentationResponse response,
                             context.client().PreviewAugmentation(request));
  TUNESMITH_RETURN_IF_ERROR(WriteFileDurably(options.out, response.png()));
  context.console().Note(absl::StrCat(Printable(options.out),
                                      ": as evaluated, then in each epoch"));
  // It is in the file.
  response.clear_png();
  context.Show(response, [&] { return RenderPreview(request, response); });
  return ExitCode::kOk;
}

}  // namespace

void AddPreviewAugmentation(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "preview-augmentation", "Draw pictures as a training would see them.");
  command->add_option("--model", options->model, "models/ID or ID")->required();
  command
      ->add_option("--data", options->data,
                   "datasets/ID, or a folder or archive, which is uploaded")
      ->required();
  AddAugmentFlags(command, *options);
  command->add_option("--out", options->out, "PNG file to write")->required();
  command->add_option("--samples", options->samples,
                      "Pictures, one in each row, up to 64. Default: 6");
  command->add_option("--page", options->page,
                      "Page from 1 on, in the dataset's order. Default: "
                      "pictures spread over the dataset");
  command->add_option("--epochs", options->epochs,
                      "Epochs, one in each column. Default: 5");
  command->add_option("--seed", options->seed, "The job's. Default: 42");
  command->add_option("--image-column", options->image_column,
                      "Default: image");
  command->footer(
      "Examples:\n"
      "  tunesmith preview-augmentation --model mobilenet --data ./pictures "
      "\\\n"
      "      --out sheet.png\n"
      "  tunesmith preview-augmentation --model mobilenet --data datasets/ants "
      "\\\n"
      "      --augment crop=0.5,hflip,rotation=15,jitter --out sheet.png");
  OnCommand(command, action, options, &PreviewAugmentation);
}

}  // namespace tunesmith::cli
