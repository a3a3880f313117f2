#include "client/cli/command_line.h"

#include <sstream>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/error_text.h"
#include "client/cli/render/printable.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::cli {
namespace {

// Every command, in the order of the help text.
constexpr void (*kCommands[])(CLI::App&, Action&) = {
    AddUp,
    AddSubmit,
    AddWatch,
    AddList,
    AddGet,
    AddCancel,
    AddPause,
    AddResume,
    AddRetry,
    AddUpdate,
    AddEvaluate,
    AddFork,
    AddVerify,
    AddReproduce,
    AddLogs,
    AddMetrics,
    AddCheckpoints,
    AddDownload,
    AddDelete,
    AddModels,
    AddDatasets,
    AddPreviewFreeze,
    AddPreviewAugmentation,
    AddPredict,
    AddWorkers,
    AddStorage,
    AddPrune,
    AddAudit,
    AddExportProtos,
};

constexpr char kExamples[] =
    "Examples:\n"
    "  tunesmith up --model-root ~/models\n"
    "  tunesmith submit --model all-minilm-l6-v2 --train messages.csv\n"
    "  tunesmith list --json\n"
    "  tunesmith download jobs/intents ./intents-model\n";

void Configure(CLI::App& app, CommandContext::Options& options,
               Action& action) {
  app.name("tunesmith");
  app.set_version_flag("--version", std::string("tunesmith " TUNESMITH_VERSION),
                       "Print the version");
  // So that `tunesmith list --json` works as `tunesmith --json list` does.
  app.fallthrough();
  app.require_subcommand(1);
  app.add_option("--server", options.server, "The server, HOST:PORT")
      ->envname("TUNESMITH_SERVER")
      ->capture_default_str();
  app.add_flag("--json", options.json,
               "Protobuf JSON, one object on each line");
  for (auto add : kCommands) add(app, action);
  app.footer(absl::StrCat(kExamples, "\n", kExitCodesHelp));
}

absl::Status Interrupted(const absl::Status& status,
                         const Environment& environment) {
  return environment.cancellation.cancelled()
             ? absl::CancelledError("interrupted")
             : status;
}

int Report(const absl::Status& error, const std::string& server,
           const Environment& environment) {
  absl::Status status = Interrupted(error, environment);
  environment.console.PrintError(RenderError(status));
  if (absl::IsUnavailable(status) && ReasonOf(status).empty()) {
    environment.console.Note(absl::StrCat(
        "No server answers at ", Printable(server),
        ": start one with `tunesmith up`, or name another with --server."));
  }
  return static_cast<int>(environment.cancellation.cancelled()
                              ? ExitCode::kInterrupted
                              : ExitCodeOf(status));
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv,
                   const Environment& environment) {
  CLI::App app("Fine-tune models on a Tunesmith server.");
  CommandContext::Options options = {.server = "127.0.0.1:7420"};
  Action action;
  Configure(app, options, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    int code = app.exit(error, out, err);
    environment.console.Print(out.str());
    environment.console.PrintError(err.str());
    return static_cast<int>(code == 0 ? ExitCode::kOk : ExitCode::kUsage);
  }
  CommandContext context(environment, options);
  absl::StatusOr<ExitCode> result = action(context);
  environment.console.ClearLive();
  if (!result.ok()) {
    return Report(result.status(), options.server, environment);
  }
  return static_cast<int>(*result);
}

}  // namespace tunesmith::cli
