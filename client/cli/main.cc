#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
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
  tunesmith::cli::Console console(
      std::cout, std::cerr,
      {.terminal = isatty(STDOUT_FILENO) == 1, .columns = TerminalColumns()});
  tunesmith::cli::Environment environment = {
      .console = console,
      .clock = tunesmith::SystemClock(),
      .cancellation = cancellation,
      .pause = tunesmith::client::RealPause(),
      .zone = absl::LocalTimeZone(),
      .program_directory = ProgramDirectory()};
  return tunesmith::cli::RunCommandLine(argc, argv, environment);
}
