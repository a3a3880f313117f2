#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_COMMANDS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_COMMANDS_H_

#include "CLI/App.hpp"
#include "client/cli/base/command_context.h"

namespace tunesmith::cli {

// Each adds one command to `app`; when the command line names it, parsing sets
// `action` to what is to be done. `action` outlives `app`. The table of
// commands is in client/cli/command_line.cc.
void AddAudit(CLI::App& app, Action& action);
void AddCancel(CLI::App& app, Action& action);
void AddCheckpoints(CLI::App& app, Action& action);
void AddDatasets(CLI::App& app, Action& action);
void AddDelete(CLI::App& app, Action& action);
void AddDownload(CLI::App& app, Action& action);
void AddEvaluate(CLI::App& app, Action& action);
void AddExportProtos(CLI::App& app, Action& action);
void AddFork(CLI::App& app, Action& action);
void AddGet(CLI::App& app, Action& action);
void AddList(CLI::App& app, Action& action);
void AddLogs(CLI::App& app, Action& action);
void AddMetrics(CLI::App& app, Action& action);
void AddModels(CLI::App& app, Action& action);
void AddPause(CLI::App& app, Action& action);
void AddPredict(CLI::App& app, Action& action);
void AddPreviewAugmentation(CLI::App& app, Action& action);
void AddPreviewFreeze(CLI::App& app, Action& action);
void AddPrune(CLI::App& app, Action& action);
void AddReproduce(CLI::App& app, Action& action);
void AddResume(CLI::App& app, Action& action);
void AddRetry(CLI::App& app, Action& action);
void AddStorage(CLI::App& app, Action& action);
void AddSubmit(CLI::App& app, Action& action);
void AddUp(CLI::App& app, Action& action);
void AddUpdate(CLI::App& app, Action& action);
void AddVerify(CLI::App& app, Action& action);
void AddWatch(CLI::App& app, Action& action);
void AddWorkers(CLI::App& app, Action& action);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_COMMANDS_H_
