#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/freeze_flags.h"
#include "client/cli/render/freeze_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options : FreezeFlags {
  std::string model;
  std::optional<int> label_count;
};

absl::StatusOr<ExitCode> PreviewFreeze(CommandContext& context,
                                       const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<v1::FreezePolicy> policy,
                             FreezePolicyOf(options));
  v1::PreviewFreezeRequest request;
  request.set_base_model(FullName("models", options.model));
  if (options.label_count.has_value()) {
    request.set_label_count(*options.label_count);
  }
  if (policy.has_value()) *request.mutable_freeze() = *policy;
  TUNESMITH_ASSIGN_OR_RETURN(v1::PreviewFreezeResponse response,
                             context.client().PreviewFreeze(request));
  context.Show(response, [&] { return RenderFreezePreview(response); });
  return ExitCode::kOk;
}

}  // namespace

void AddPreviewFreeze(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "preview-freeze", "Show which parameters a policy keeps as they are.");
  command->add_option("--model", options->model, "models/ID or ID")->required();
  AddFreezeFlags(command, *options);
  command->add_option("--labels", options->label_count,
                      "Number of classes of the head");
  command->footer(
      "Examples:\n"
      "  tunesmith preview-freeze --model all-minilm-l6-v2 --freeze last:2\n"
      "  tunesmith preview-freeze --model all-minilm-l6-v2 \\\n"
      "      --freeze 'bert.embeddings.*' --freeze '*.attention.*'");
  OnCommand(command, action, options, &PreviewFreeze);
}

}  // namespace tunesmith::cli
