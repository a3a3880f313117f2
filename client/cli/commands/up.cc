#include <cstdlib>
#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/processes/local_cluster.h"
#include "client/cli/processes/ready_file.h"
#include "client/cli/render/printable.h"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/duration_text.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

struct Options {
  LocalClusterOptions cluster;
  std::string ready_file;
};

// The XDG Base Directory Specification's place for a user's data.
std::string DefaultDataDirectory() {
  const char* xdg = std::getenv("XDG_DATA_HOME");
  // The specification says to ignore relative paths.
  if (xdg != nullptr && xdg[0] == '/') return absl::StrCat(xdg, "/tunesmith");
  const char* home = std::getenv("HOME");
  return absl::StrCat(home == nullptr ? "." : home, "/.local/share/tunesmith");
}

std::string WhereEverythingIs(const LocalCluster& cluster,
                              const LocalClusterOptions& options) {
  std::string text = absl::StrCat(
      "Tunesmith is up.\n  server          ", cluster.server().address,
      "\n  server metrics  http://127.0.0.1:", cluster.server().metrics_port,
      "/metrics\n");
  if (cluster.worker().metrics_port > 0) {
    absl::StrAppend(&text, "  worker metrics  http://127.0.0.1:",
                    cluster.worker().metrics_port, "/metrics\n");
  }
  absl::StrAppend(&text, "  data            ", options.data_directory, "\n");
  for (const std::string& root : options.data_roots) {
    absl::StrAppend(&text, "  data root       ", root, "\n");
  }
  for (const std::string& root : options.model_roots) {
    absl::StrAppend(&text, "  model root      ", root, "\n");
  }
  absl::StrAppend(&text, "Next, in another terminal:\n");
  if (cluster.server().address != "127.0.0.1:7420") {
    absl::StrAppend(
        &text, "  export TUNESMITH_SERVER=", cluster.server().address, "\n");
  }
  absl::StrAppend(&text,
                  "  tunesmith models list\n  tunesmith submit --help\n"
                  "Ctrl-C stops both.\n");
  return text;
}

absl::StatusOr<ExitCode> Up(CommandContext& context, const Options& flags) {
  LocalClusterOptions options = flags.cluster;
  options.program_directory = context.program_directory();
  options.data_directory =
      std::filesystem::absolute(options.data_directory).string();
  options.on_remark = [&context](const std::string& line) {
    context.console().Note(line);
  };
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<LocalCluster> cluster,
      LocalCluster::Start(options, context.cancellation()));
  context.console().Print(WhereEverythingIs(*cluster, options));
  if (!flags.ready_file.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        WriteFileDurably(flags.ready_file, ReadyFileJson(cluster->server())));
  }
  TUNESMITH_RETURN_IF_ERROR(cluster->AwaitEnd());
  context.console().Note("stopping ...");
  cluster->Stop();
  return ExitCode::kOk;
}

}  // namespace

void AddUp(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  options->cluster.data_directory = DefaultDataDirectory();
  CLI::App* command = app.add_subcommand(
      "up", "Run a server and a worker on this machine until Ctrl-C.");
  command->add_option("--port", options->cluster.port, "Of the server; 0: any")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command
      ->add_option("--metrics-port", options->cluster.metrics_port,
                   "Of the server's metrics; 0: any. Default: 7421, or any "
                   "where that is taken or with --port=0")
      ->check(CLI::Range(0, 65535));
  command->add_option("--ready-file", options->ready_file,
                      "Written once both serve: the server's address as JSON");
  command
      ->add_option("--data-dir", options->cluster.data_directory,
                   "Where jobs, data and models are kept")
      ->capture_default_str();
  command
      ->add_option("--data-root", options->cluster.data_roots,
                   "Directory that datasets may be created from")
      ->allow_extra_args(false);
  command
      ->add_option("--model-root", options->cluster.model_roots,
                   "Directory that models may be imported from")
      ->allow_extra_args(false);
  command
      ->add_option("--checkpoint-retention",
                   options->cluster.checkpoint_retention,
                   "How long the checkpoints of a job stay after its end where "
                   "the job does not say, as 12h or 7d, or forever. Default: "
                   "7d")
      ->check([](const std::string& text) {
        return std::string(ParseRetentionText(text).status().message());
      });
  command->add_option("--threads", options->cluster.threads,
                      "CPU threads of a training job. Default: all");
  command->add_option("--slots-per-gpu", options->cluster.slots_per_gpu,
                      "Jobs that share each GPU. Default: 1");
  command->add_option("--cpu-slots", options->cluster.cpu_slots,
                      "Jobs that run with the CPU at the same time. Default: 1 "
                      "where no GPU works, else none");
  command
      ->add_option("--slot-memory", options->cluster.slot_memory_bytes,
                   "Host memory that one job may hold, for example 512MiB. "
                   "Default: its share of the machine's")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
  command->footer(
      "Examples:\n"
      "  tunesmith up --model-root ~/models --data-root ~/data\n"
      "  tunesmith up --data-dir /srv/tunesmith --port 7500");
  OnCommand(command, action, options, &Up);
}

}  // namespace tunesmith::cli
