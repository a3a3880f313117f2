// The trainer: does one work item of its agent and ends.

#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"
#include "worker/trainer/isolation.h"
#include "worker/trainer/session.h"

namespace {

int Fail(const absl::Status& status) {
  spdlog::error("trainer ends error=\"{}\"", status.ToString());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // Standard output belongs to --probe.
  spdlog::set_default_logger(spdlog::stderr_logger_st("trainer"));
  tunesmith::worker::SessionOptions options;
  pid_t parent = 0;
  bool probe = false;
  CLI::App app("Does one work item for the agent that started it, and ends.");
  app.add_flag("--probe", probe,
               "Try the device, print one line of JSON about it, and end");
  app.add_option("--channel-fd", options.channel_fd,
                 "Descriptor of the socket that the agent listens on");
  app.add_option("--device", options.device, "cpu or cuda:N");
  app.add_option("--threads", options.threads, "Threads that compute")
      ->check(CLI::Range(1, 1024));
  app.add_option("--parent-pid", parent, "Process that starts the trainer");
  app.set_version_flag("--version", "tunesmith-trainer " TUNESMITH_VERSION);
  CLI11_PARSE(app, argc, argv);

  absl::Status status = tunesmith::worker::IsolateProcess(parent);
  if (!status.ok()) return Fail(status);
  if (probe) {
    absl::StatusOr<std::string> line =
        tunesmith::worker::ProbeLine(options.device);
    if (!line.ok()) {
      // Its last words are what the agent tells of the device.
      std::fprintf(stderr, "%s\n",
                   std::string(line.status().message()).c_str());
      return 1;
    }
    std::fputs(line->c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  if (options.channel_fd < 0) {
    return Fail(absl::InvalidArgumentError("--channel-fd is missing"));
  }
  status = tunesmith::worker::RunSession(options);
  return status.ok() ? 0 : Fail(status);
}
