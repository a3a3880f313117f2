#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_EVALUATION_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_EVALUATION_FLAGS_H_

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// The flags that say what decides which weights are kept, when a training ends,
// and how long its checkpoints stay.
struct EvaluationFlags {
  std::string primary_metric;
  // "PATIENCE" or "PATIENCE:MIN_DELTA".
  std::string early_stopping;
  std::optional<bool> keep_best;
  // As ParseDurationText takes it.
  std::string checkpoint_retention;
};

void AddEvaluationFlags(CLI::App* command, EvaluationFlags& flags);

// Fields without a flag stay as they are. INVALID_ARGUMENT.
absl::Status ApplyEvaluation(const EvaluationFlags& flags, v1::JobSpec& spec);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_EVALUATION_FLAGS_H_
