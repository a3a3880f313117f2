#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
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
  std::string encoding;

  // Whether no flag is given.
  bool empty() const;
};

void AddFormatFlags(CLI::App* command, FormatFlags& flags);

// Puts the flags into `format`.
void ApplyFormat(const FormatFlags& flags, v1::DatasetFormat& format);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_FORMAT_FLAGS_H_
