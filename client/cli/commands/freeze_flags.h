#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_FREEZE_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_FREEZE_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// The flags that say which parameters stay as they are.
struct FreezeFlags {
  std::vector<std::string> freeze;
  std::vector<std::string> trainable;
  // Unset: the model decides.
  std::optional<bool> normalization;
};

void AddFreezeFlags(CLI::App* command, FreezeFlags& flags);

// nullopt without flags. INVALID_ARGUMENT: a value that is neither a policy
// nor a parameter pattern, or policies and patterns together.
absl::StatusOr<std::optional<v1::FreezePolicy>> FreezePolicyOf(
    const FreezeFlags& flags);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_FREEZE_FLAGS_H_
