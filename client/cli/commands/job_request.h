#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/cli/commands/augment_flags.h"
#include "client/cli/commands/class_weight_flags.h"
#include "client/cli/commands/data_flags.h"
#include "client/cli/commands/device_flags.h"
#include "client/cli/commands/evaluation_flags.h"
#include "client/cli/commands/freeze_flags.h"
#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::cli {

// The flags of `submit` that say what is to be trained.
struct JobFlags : FreezeFlags,
                  AugmentFlags,
                  DeviceFlags,
                  EvaluationFlags,
                  DataFlags,
                  ClassWeightFlags {
  std::string model;
  // Local files or folders, or `datasets/...`.
  std::string train;
  std::string validation;
  std::string test;
  std::optional<std::string> text_column;
  std::optional<std::string> image_column;
  std::optional<std::string> label_column;
  std::optional<int> max_length;
  std::optional<int> image_size;
  std::optional<double> epochs;
  std::optional<int64_t> max_steps;
  std::optional<int> batch_size;
  std::optional<double> learning_rate;
  std::optional<double> label_smoothing;
  std::string recipe;
  std::optional<int64_t> seed;
  std::optional<int> priority;
  std::optional<bool> preempts;
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

// The flags that say how samples are read: columns, lengths, sizes.
void AddSampleFlags(CLI::App* command, JobFlags& flags);

// What a new job is called, and its place in the queue.
void AddNameFlags(CLI::App* command, JobFlags& flags);

// The flags that a fork takes as well, in groups: how long, how fast, what is
// frozen, how pictures are varied, what is kept, and on what device.
void AddTrainingFlags(CLI::App* command, JobFlags& flags);

// Fields without a flag stay as they are. INVALID_ARGUMENT.
absl::Status ApplyTrainingFlags(const JobFlags& flags, v1::JobSpec& spec);

// The data that flags name. Local files are still to be uploaded.
void ApplySources(const JobFlags& flags, v1::Data& data);

// All other flags. They win over what the request already says.
// INVALID_ARGUMENT.
absl::Status ApplyFlags(const JobFlags& flags, v1::CreateJobRequest& request);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_JOB_REQUEST_H_
