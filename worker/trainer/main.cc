// The trainer: does one work item of its agent and ends.

#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
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
  // Standard output belongs to --list-devices.
  spdlog::set_default_logger(spdlog::stderr_logger_st("trainer"));
  tunesmith::worker::SessionOptions options;
  pid_t parent = 0;
  bool list_devices = false;
  CLI::App app("Does one work item for the agent that started it, and ends.");
  app.add_flag("--list-devices", list_devices,
               "Print one line of JSON for each device and end");
  app.add_option("--channel-fd", options.channel_fd,
                 "Descriptor of the socket that the agent listens on");
  app.add_option("--device", options.device, "cpu or cuda:N");
  app.add_option("--threads", options.threads, "Threads that compute")
      ->check(CLI::Range(1, 1024));
  app.add_option("--parent-pid", parent, "Process that starts the trainer");
  CLI11_PARSE(app, argc, argv);

  absl::Status status = tunesmith::worker::IsolateProcess(parent);
  if (!status.ok()) return Fail(status);
  if (list_devices) {
    std::string lines = tunesmith::worker::DeviceLines();
    std::fputs(lines.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  if (options.channel_fd < 0) {
    return Fail(absl::InvalidArgumentError("--channel-fd is missing"));
  }
  status = tunesmith::worker::RunSession(options);
  return status.ok() ? 0 : Fail(status);
}
