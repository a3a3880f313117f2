#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_CLASS_WEIGHT_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_CLASS_WEIGHT_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// The flag that says how much each class counts in the loss.
struct ClassWeightFlags {
  // "balanced", or "LABEL=WEIGHT" for each.
  std::vector<std::string> class_weights;
};

void AddClassWeightFlags(CLI::App* command, ClassWeightFlags& flags);

// nullopt without flags. INVALID_ARGUMENT: neither of both, or both.
absl::StatusOr<std::optional<v1::ClassWeights>> ClassWeightsOf(
    const ClassWeightFlags& flags);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_CLASS_WEIGHT_FLAGS_H_
