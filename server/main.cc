#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "google/protobuf/stubs/logging.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/duration_text.h"
#include "server/backup/commands.h"
#include "server/server.h"
#include "spdlog/spdlog.h"

using tunesmith::server::Server;
using tunesmith::server::ServerOptions;

namespace {

// Every connection takes two descriptors: as many as the system lets this
// program have.
void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// The signal that asks for the end. A hang-up does not: a terminal that closes
// ends nothing, and there is no log file to open again.
int AwaitStop(const sigset_t& signals) {
  int signal = SIGHUP;
  while (signal == SIGHUP) sigwait(&signals, &signal);
  return signal;
}

// A flag for how long something is kept, which has a default.
void AddRetentionFlag(CLI::App& app, const std::string& flag,
                      std::optional<absl::Duration>& retention,
                      const std::string& default_text,
                      const std::string& help) {
  app.add_option_function<std::string>(
         flag,
         [&retention](const std::string& text) {
           retention = *tunesmith::ParseRetentionText(text);
         },
         help + ": a duration as 12h or 7d, or forever")
      ->check([](const std::string& text) {
        return std::string(
            tunesmith::ParseRetentionText(text).status().message());
      })
      ->default_str(default_text);
}

void AddRetention(CLI::App& app, ServerOptions& options) {
  AddRetentionFlag(app, "--checkpoint-retention", options.checkpoint_retention,
                   "7d",
                   "how long a job's checkpoints stay after its end where the "
                   "job does not say");
  AddRetentionFlag(app, "--job-retention", options.job_retention, "forever",
                   "how long records of jobs stay after their end");
  app.add_option("--max-ended-jobs", options.max_ended_jobs,
                 "how many records of ended jobs each tenant keeps, those that "
                 "ended last; 0: all")
      ->check(CLI::NonNegativeNumber);
  AddRetentionFlag(app, "--audit-retention", options.audit_retention, "forever",
                   "how long it is kept who did what");
  app.add_option_function<std::string>(
         "--quarantine-retention",
         [&options](const std::string& text) {
           options.quarantine_retention = *tunesmith::ParseDurationText(text);
         },
         "how long files that nothing refers to stay in quarantine/: a "
         "duration as 12h or 7d")
      ->check([](const std::string& text) {
        return std::string(
            tunesmith::ParseDurationText(text).status().message());
      })
      ->default_str("7d");
}

}  // namespace

int main(int argc, char** argv) {
  if (std::optional<int> code = tunesmith::server::RunDataCommand(argc, argv)) {
    return *code;
  }
  // Before any thread begins, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  RaiseFileLimit();
  // Protobuf would write a line for every malformed request.
  google::protobuf::SetLogHandler(nullptr);
  // A log file shows every line at once.
  spdlog::flush_on(spdlog::level::info);
  CLI::App app("Tunesmith's server: queues, schedules and records jobs.");
  app.option_defaults()->always_capture_default();
  app.footer(
      "tunesmith-server backup, restore, check and compact care for a data "
      "directory;\nsee tunesmith-server backup --help.");
  ServerOptions options;
  std::string ready_file;
  app.add_option("--listen", options.listen, "gRPC address");
  app.add_option("--data-dir", options.data_dir, "where everything is kept")
      ->required();
  app.add_option("--data-root", options.data_roots,
                 "directory of files that may become datasets; repeatable");
  app.add_option("--model-root", options.model_roots,
                 "directory of models that may be imported; repeatable");
  app.add_option("--metrics-listen", options.metrics_listen,
                 "HTTP address of /metrics");
  app.add_option("--ready-file", ready_file,
                 "JSON file that is written once the server serves");
  app.add_option("--max-live-jobs", options.max_live_jobs,
                 "jobs that have not ended; further ones are refused")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-live-jobs-per-tenant", options.max_live_jobs_per_tenant,
                 "the same for each tenant; 0: no limit")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--max-running-per-tenant", options.max_running_per_tenant,
                 "jobs of a tenant that run at a time; 0: no limit")
      ->check(CLI::NonNegativeNumber);
  std::string priority_point = "1h";
  app.add_option("--priority-point", priority_point,
                 "the time of waiting that a point of a job's priority is "
                 "worth: a duration as 30m or 1h")
      ->check([](const std::string& text) {
        return std::string(
            tunesmith::ParseDurationText(text).status().message());
      });
  app.add_flag("--refuse-unfit-jobs", options.refuse_unfit_jobs,
               "refuse jobs that no connected worker could run, instead of "
               "letting them wait for one");
  app.add_option("--max-dataset-bytes", options.max_dataset_bytes)
      ->check(CLI::PositiveNumber);
  app.add_option("--max-model-bytes", options.max_model_bytes)
      ->check(CLI::PositiveNumber);
  AddRetention(app, options);
  app.add_option_function<std::string>(
         "--upload-idle-timeout",
         [&options](const std::string& text) {
           options.upload_idle_timeout = *tunesmith::ParseDurationText(text);
         },
         "how long an upload may send nothing: a duration as 30s or 5m")
      ->check([](const std::string& text) {
        return std::string(
            tunesmith::ParseDurationText(text).status().message());
      })
      ->default_str("1m");
  app.set_version_flag("--version", "tunesmith-server " TUNESMITH_VERSION);
  CLI11_PARSE(app, argc, argv);
  options.priority_point = *tunesmith::ParseDurationText(priority_point);

  absl::StatusOr<std::unique_ptr<Server>> server = Server::Create(options);
  absl::Status status = server.status();
  if (status.ok() && !ready_file.empty()) {
    nlohmann::json ready = {{"address", (*server)->address()},
                            {"metrics_port", (*server)->metrics_port()}};
    status = tunesmith::WriteFileDurably(ready_file, ready.dump());
  }
  if (!status.ok()) {
    spdlog::error("cannot start error=\"{}\"", std::string(status.message()));
    return EXIT_FAILURE;
  }
  spdlog::info("stopping signal={}", AwaitStop(signals));
  (*server)->Shutdown();
  return EXIT_SUCCESS;
}
