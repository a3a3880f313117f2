#ifndef TUNESMITH_CLIENT_CLI_PROCESSES_READY_FILE_H_
#define TUNESMITH_CLIENT_CLI_PROCESSES_READY_FILE_H_

#include <optional>
#include <string>
#include <string_view>

namespace tunesmith::cli {

// What a program writes once it serves:
// {"address": "127.0.0.1:7420", "metrics_port": 7421}.
struct Readiness {
  // Empty where a program has none.
  std::string address;
  int metrics_port = 0;
};

std::string ReadyFileJson(const Readiness& readiness);

// nullopt when `json` is not (yet) a whole ready file.
std::optional<Readiness> ParseReadyFile(std::string_view json);

// nullopt when there is no such file, or it is not whole.
std::optional<Readiness> ReadReadyFile(const std::string& path);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_PROCESSES_READY_FILE_H_
