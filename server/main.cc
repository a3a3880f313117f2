#include <signal.h>

#include <cstdlib>
#include <string>

#include "CLI/CLI.hpp"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/duration_text.h"
#include "server/server.h"
#include "spdlog/spdlog.h"

using tunesmith::server::Server;
using tunesmith::server::ServerOptions;

int main(int argc, char** argv) {
  // Before any thread begins, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  // A log file shows every line at once.
  spdlog::flush_on(spdlog::level::info);
  CLI::App app("Tunesmith's server: queues, schedules and records jobs.");
  app.option_defaults()->always_capture_default();
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
  std::string retention = "7d";
  app.add_option("--checkpoint-retention", retention,
                 "how long a job's checkpoints stay after its end where the "
                 "job does not say: a duration as 12h or 7d, or forever")
      ->check([](const std::string& text) {
        return std::string(
            tunesmith::ParseRetentionText(text).status().message());
      });
  CLI11_PARSE(app, argc, argv);
  options.priority_point = *tunesmith::ParseDurationText(priority_point);
  options.checkpoint_retention = *tunesmith::ParseRetentionText(retention);

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
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping signal={}", signal);
  (*server)->Shutdown();
  return EXIT_SUCCESS;
}
