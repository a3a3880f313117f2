#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tunesmith/v1/dataset.pb.h"

namespace tunesmith::cli {

// How a file is to be read, as flags; what is left out is the server's choice.
struct FormatFlags {
  std::string kind;
  std::string delimiter;
  std::optional<bool> quoted;
  std::optional<bool> header;
  std::vector<std::string> column_names;
  std::string manifest;
};

void AddFormatFlags(CLI::App* command, FormatFlags& flags);

// Puts the flags into `format`. INVALID_ARGUMENT for an unknown kind.
absl::Status ApplyFormat(const FormatFlags& flags, v1::DatasetFormat& format);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_
