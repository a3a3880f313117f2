#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/cli/commands/augment_flags.h"
#include "client/cli/commands/device_flags.h"
#include "client/cli/commands/freeze_flags.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::cli {

// The flags of `submit` that say what is to be trained.
struct JobFlags : FreezeFlags, AugmentFlags, DeviceFlags {
  std::string model;
  // Local files or `datasets/...`.
  std::string train;
  std::string validation;
  std::string test;
  std::optional<std::string> text_column;
  std::optional<std::string> image_column;
  std::optional<std::string> label_column;
  std::optional<int> max_length;
  std::optional<double> epochs;
  std::optional<int64_t> max_steps;
  std::optional<int> batch_size;
  std::optional<double> learning_rate;
  std::string recipe;
  std::optional<int64_t> seed;
  std::optional<int> priority;
  std::string job_id;
  std::string display_name;
  std::string request_id;
  bool validate_only = false;
};

// Reads a job file: protobuf JSON of a `Job`, or of a whole
// `CreateJobRequest` (which has a field "job"). Data that are not
// `datasets/...` are local files, relative to the job file: `directory` is put
// before them. INVALID_ARGUMENT.
absl::StatusOr<v1::CreateJobRequest> ParseJobFile(std::string_view json,
                                                  const std::string& directory);

// The flags that a fork takes as well: how long, how fast, what is frozen, how
// pictures are varied, and on what device.
void AddTrainingFlags(CLI::App* command, JobFlags& flags);

// Fields without a flag stay as they are. INVALID_ARGUMENT.
absl::Status ApplyTrainingFlags(const JobFlags& flags, v1::JobSpec& spec);

// Flags win over what the request already says. Names of local files stay
// where they are: they are still to be uploaded. INVALID_ARGUMENT.
absl::Status ApplyFlags(const JobFlags& flags, v1::CreateJobRequest& request);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_
