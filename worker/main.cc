#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "proto/contract/base/duration_text.h"
#include "worker/agent/agent.h"
#include "worker/agent/stop_signals.h"

using tunesmith::worker::Agent;
using tunesmith::worker::AgentOptions;

// Below the 30 seconds that Kubernetes leaves a container.
constexpr absl::Duration kDrainGrace = absl::Seconds(25);

int main(int argc, char** argv) {
  AgentOptions options;
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  options.worker_id = tunesmith::worker::WorkerIdFromHostName(host);
  options.trainer = std::filesystem::read_symlink("/proc/self/exe")
                        .replace_filename("tunesmith-trainer");
  options.slots.threads = std::max(1u, std::thread::hardware_concurrency());
  options.build = TUNESMITH_VERSION;
  const char* visible_gpus = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible_gpus != nullptr) options.visible_gpus = visible_gpus;
  CLI::App app("Runs work of a Tunesmith server on this machine's devices.");
  app.option_defaults()->always_capture_default();
  app.add_option("--server", options.server, "host:port of the server")
      ->required();
  app.add_option("--artifact-root", options.artifact_root,
                 "Directory of artifacts, the server's own or a shared volume")
      ->required();
  app.add_option("--worker-id", options.worker_id,
                 "Stays over restarts; the server refuses a second worker with "
                 "the same one");
  app.add_option("--state-dir", options.state_directory,
                 "Where the worker remembers who it is; default: a directory "
                 "of its own under \"workers\" beside the artifact root");
  app.add_option_function<std::string>(
         "--trainer-timeout",
         [&options](const std::string& text) {
           auto patience = tunesmith::ParseDurationText(text);
           if (!patience.ok() || *patience <= absl::ZeroDuration()) {
             throw CLI::ValidationError("--trainer-timeout",
                                        "must be a duration such as 60s");
           }
           options.trainer_patience = *patience;
         },
         "A trainer whose process gives no sign of life for so long is "
         "replaced")
      ->default_str("1m");
  app.add_option("--trainer", options.trainer, "The trainer program");
  app.add_option("--slots-per-gpu", options.slots.slots_per_gpu,
                 "Training slots that share each GPU and its memory; the GPUs "
                 "are those that CUDA_VISIBLE_DEVICES names, or all");
  app.add_option("--cpu-slots", options.slots.cpu_slots,
                 "Training slots with the CPU; default: one where no GPU "
                 "works, else none");
  app.add_option("--auxiliary-slots", options.slots.auxiliary_slots,
                 "For looking at datasets and models");
  app.add_option("--prediction-slots", options.slots.prediction_slots,
                 "Models that are held to answer predictions, with the CPU");
  app.add_option("--threads", options.slots.threads, "For training");
  app.add_option("--slot-memory", options.slots.slot_memory_bytes,
                 "What the trainer of a slot may hold of the host's memory, "
                 "for example 512MiB; default: its share of it")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
  app.add_option("--feature-cache", options.feature_cache.directory,
                 "Directory for features of frozen networks; default: "
                 "\"features\" beside the artifact root");
  app.add_option("--feature-cache-size", options.feature_cache.max_bytes,
                 "What it may hold, for example 8GiB; 0: no such cache")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
  app.add_option("--metrics-address", options.metrics_address,
                 "Loopback host:port for /metrics; port 0 is any");
  app.add_option("--ready-file", options.ready_file,
                 "Written once connected: {\"metrics_port\":N}");
  app.set_version_flag("--version", "tunesmith-worker " TUNESMITH_VERSION);
  CLI11_PARSE(app, argc, argv);

  tunesmith::worker::StopSignals signals;
  options.on_end = [] { kill(getpid(), SIGTERM); };
  auto agent = Agent::Create(options);
  if (!agent.ok()) {
    std::cerr << "tunesmith-worker: " << agent.status().message() << std::endl;
    return 2;
  }
  signals.Wait();
  absl::Status status = (*agent)->status();
  if (status.ok()) (*agent)->Drain(kDrainGrace);
  if (!status.ok()) std::cerr << "tunesmith-worker: " << status << std::endl;
  return status.ok() ? 0 : 1;
}
