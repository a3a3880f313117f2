#include "server/backup/commands.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "server/backup/backup.h"
#include "server/backup/check.h"
#include "server/backup/restore.h"
#include "server/data_directory.h"
#include "server/data_layout.h"
#include "server/store/connection.h"

namespace tunesmith::server {
namespace {

// What a command says at its end.
using Outcome = absl::StatusOr<std::string>;

struct Options {
  std::string data_dir;
  std::string from;
  std::string to;
  bool quick = false;
};

std::string Artifacts(int64_t count, int64_t bytes) {
  return absl::StrCat(count, count == 1 ? " artifact, " : " artifacts, ", bytes,
                      " bytes");
}

Outcome RunBackup(const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(BackupSummary summary,
                             BackUp({.data_dir = options.data_dir,
                                     .to = options.to,
                                     .clock = &SystemClock()}));
  return absl::StrCat("backed up to ", options.to, ": the database and ",
                      Artifacts(summary.artifacts, summary.artifact_bytes),
                      ", ", summary.new_artifacts, " of them new");
}

Outcome RunRestore(const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(RestoreSummary summary,
                             Restore({.from = options.from, .to = options.to}));
  return absl::StrCat("restored to ", options.to, " as of ", summary.time,
                      ": the database and ",
                      Artifacts(summary.artifacts, summary.artifact_bytes),
                      ", every digest checked. Start it with --data-dir ",
                      options.to);
}

Outcome RunCheck(const Options& options) {
  TUNESMITH_ASSIGN_OR_RETURN(
      CheckSummary summary,
      CheckDataDirectory({.data_dir = options.data_dir,
                          .quick = options.quick,
                          .on_problem = [](const std::string& problem) {
                            std::cout << "wrong: " << problem << std::endl;
                          }}));
  if (summary.problems > 0) {
    return absl::DataLossError(
        absl::StrCat(summary.problems, " wrong in ", options.data_dir));
  }
  return absl::StrCat("nothing wrong: the database and ",
                      Artifacts(summary.artifacts, summary.artifact_bytes));
}

Outcome RunCompact(const Options& options) {
  const DataLayout layout = LayoutOf(options.data_dir);
  TUNESMITH_RETURN_IF_ERROR(CheckDataLayout(layout));
  // Its lock: no server runs meanwhile.
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<DataDirectory> directory,
                             DataDirectory::Open(options.data_dir));
  const auto before = std::filesystem::file_size(layout.database);
  {
    TUNESMITH_ASSIGN_OR_RETURN(
        std::unique_ptr<Connection> db,
        Connection::Open(layout.database, Connection::Mode::kReadWrite));
    TUNESMITH_RETURN_IF_ERROR(db->Compact());
  }
  return absl::StrCat("the database took ", before, " bytes and takes ",
                      std::filesystem::file_size(layout.database), " now");
}

struct Command {
  const char* name;
  const char* help;
  Outcome (*run)(const Options&);
};
constexpr Command kCommands[] = {
    {"backup",
     "Back a data directory up, also while its server runs. A second backup to "
     "the same place adds what is new.",
     &RunBackup},
    {"restore",
     "Make a data directory of a backup, and check every byte of it.",
     &RunRestore},
    {"check",
     "Check a data directory, also while its server runs: the database, and "
     "every file that it names.",
     &RunCheck},
    {"compact",
     "Write the database anew, without the room that it does not use. The "
     "server must not run.",
     &RunCompact}};

void AddOptions(const Command& command, CLI::App& app, Options& options) {
  const std::string name = command.name;
  if (name == "restore") {
    app.add_option("--from", options.from, "a directory that backup made")
        ->required();
    app.add_option("--to", options.to,
                   "the data directory: a new or an empty one")
        ->required();
    return;
  }
  app.add_option("--data-dir", options.data_dir, "the server's data directory")
      ->required();
  if (name == "backup") {
    app.add_option("--to", options.to,
                   "where to: a new directory, an empty one, or the one of an "
                   "earlier backup")
        ->required();
  }
  if (name == "check") {
    app.add_flag("--quick", options.quick,
                 "compare sizes of files, and not what is in them");
  }
}

int Run(const Command& command, int argc, char** argv) {
  CLI::App app(command.help, absl::StrCat("tunesmith-server ", command.name));
  Options options;
  AddOptions(command, app, options);
  CLI11_PARSE(app, argc, argv);
  Outcome outcome = command.run(options);
  if (!outcome.ok()) {
    std::cerr << "error: " << outcome.status().message() << std::endl;
    return EXIT_FAILURE;
  }
  std::cout << *outcome << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace

std::optional<int> RunDataCommand(int argc, char** argv) {
  if (argc < 2) return std::nullopt;
  for (const Command& command : kCommands) {
    if (std::string(argv[1]) != command.name) continue;
    return Run(command, argc - 1, argv + 1);
  }
  return std::nullopt;
}

}  // namespace tunesmith::server
