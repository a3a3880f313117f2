#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

#include "client/cli/base/signal_waiter.h"
#include "client/cli/command_line.h"

namespace {

size_t TerminalColumns() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) {
    return 80;
  }
  return size.ws_col;
}

// Ctrl-C ends the wait.
std::optional<std::string> ReadLine(
    const tunesmith::client::Cancellation& cancellation) {
  std::array<pollfd, 2> events = {{
      {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
      {.fd = cancellation.wake_fd(), .events = POLLIN, .revents = 0},
  }};
  poll(events.data(), events.size(), /*timeout=*/-1);
  std::string line;
  if (cancellation.cancelled() || !std::getline(std::cin, line)) {
    return std::nullopt;
  }
  return line;
}

std::string ProgramDirectory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error)
      .parent_path()
      .string();
}

}  // namespace

int main(int argc, char** argv) {
  tunesmith::client::Cancellation cancellation;
  tunesmith::cli::SignalWaiter signals(cancellation);
  tunesmith::cli::Console::Options console_options = {
      .terminal = isatty(STDOUT_FILENO) == 1, .columns = TerminalColumns()};
  if (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1) {
    console_options.read_line = [&cancellation] {
      return ReadLine(cancellation);
    };
  }
  tunesmith::cli::Console console(std::cout, std::cerr, console_options);
  tunesmith::cli::Environment environment = {
      .console = console,
      .clock = tunesmith::SystemClock(),
      .cancellation = cancellation,
      .pause = tunesmith::client::RealPause(),
      .zone = absl::LocalTimeZone(),
      .program_directory = ProgramDirectory()};
  return tunesmith::cli::RunCommandLine(argc, argv, environment);
}
