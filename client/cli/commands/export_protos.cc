#include "client/cli/protos/export_protos.h"

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options {
  std::string directory;
};

absl::StatusOr<ExitCode> Export(CommandContext& context,
                                const Options& options) {
  TUNESMITH_RETURN_IF_ERROR(ExportProtos(options.directory));
  const std::string directory = Printable(options.directory);
  context.console().Note(absl::StrCat(
      "The API is in ", directory, ": `buf generate ", directory,
      "`, or `protoc -I ", directory, " ... tunesmith/v1/*.proto`"));
  return ExitCode::kOk;
}

}  // namespace

void AddExportProtos(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "export-protos",
      "Write the API's .proto files, to generate clients from.");
  command
      ->add_option("DIRECTORY", options->directory,
                   "Where to; must be empty or not be there")
      ->required();
  command->footer(
      "Examples:\n"
      "  tunesmith export-protos ./tunesmith-protos\n"
      "  buf generate ./tunesmith-protos\n"
      "  protoc -I tunesmith-protos --python_out=. "
      "tunesmith-protos/tunesmith/v1/*.proto");
  OnCommand(command, action, options, &Export);
}

}  // namespace tunesmith::cli
