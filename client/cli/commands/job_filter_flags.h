#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOB_FILTER_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOB_FILTER_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "google/protobuf/map.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::cli {

// Flags that say which jobs.
struct JobFilterFlags {
  std::vector<std::string> states;
  // KEY=VALUE.
  std::vector<std::string> labels;
  std::string base_model;
  std::string dataset;

  bool empty() const {
    return states.empty() && labels.empty() && base_model.empty() &&
           dataset.empty();
  }
};

void AddJobFilterFlags(CLI::App* command, JobFilterFlags& flags);

// INVALID_ARGUMENT for what is no state or no KEY=VALUE.
absl::Status ApplyJobFilter(const JobFilterFlags& flags, v1::JobFilter& filter);

// Adds KEY=VALUE words to labels. INVALID_ARGUMENT.
absl::Status ApplyLabels(
    const std::vector<std::string>& words,
    google::protobuf::Map<std::string, std::string>& labels);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOB_FILTER_FLAGS_H_
