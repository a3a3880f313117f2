#ifndef TUNESMITH_CLIENT_CLI_BASE_COMMAND_CONTEXT_H_
#define TUNESMITH_CLIENT_CLI_BASE_COMMAND_CONTEXT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/base/console.h"
#include "client/cli/base/exit_code.h"
#include "client/cpp/client.h"
#include "proto/contract/base/clock.h"

namespace tunesmith::cli {

// The world that the program runs in; tests bring their own. Outlives every
// command.
struct Environment {
  Console& console;
  Clock& clock;
  client::Cancellation& cancellation;
  client::Pause& pause;
  absl::TimeZone zone;
  // Where this program and the server and worker programs are.
  std::string program_directory;
};

// What a command is given: its environment and the options of every command.
class CommandContext {
 public:
  struct Options {
    std::string server;
    bool json = false;
  };

  CommandContext(const Environment& environment, const Options& options)
      : environment_(environment), options_(options) {}

  // Made at first use; connects at its first call.
  client::Client& client();

  const std::string& server() const { return options_.server; }
  bool json() const { return options_.json; }
  Console& console() { return environment_.console; }
  Clock& clock() { return environment_.clock; }
  client::Cancellation& cancellation() { return environment_.cancellation; }
  absl::TimeZone zone() const { return environment_.zone; }
  const std::string& program_directory() const {
    return environment_.program_directory;
  }

  // Writes `message` as JSON when that was asked for, else `text()`.
  void Show(const google::protobuf::Message& message,
            const std::function<std::string()>& text);

 private:
  const Environment environment_;
  const Options options_;
  std::optional<client::Client> client_;
};

// What a command line asks for.
using Action = std::function<absl::StatusOr<ExitCode>(CommandContext&)>;

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_BASE_COMMAND_CONTEXT_H_
