#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_DATA_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_DATA_FLAGS_H_

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// The flags that say how a job's rows are split, and what becomes of those that
// cannot be used.
struct DataFlags {
  std::optional<std::string> split_column;
  std::optional<double> validation_fraction;
  std::optional<bool> group_duplicates;
  std::string incomplete_rows;
  std::string invalid_utf8;
  std::string malformed_rows;
  std::string unreadable_images;
  std::optional<double> max_dropped_fraction;
  std::string label_normalization;
};

void AddSplitFlags(CLI::App* command, DataFlags& flags);
void AddCleaningFlags(CLI::App* command, DataFlags& flags);

// Fields without a flag stay as they are.
void ApplyData(const DataFlags& flags, v1::Data& data);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_DATA_FLAGS_H_
