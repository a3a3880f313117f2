#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_AUGMENT_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_AUGMENT_FLAGS_H_

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "tunesmith/v1/augmentation.pb.h"

namespace tunesmith::cli {

// The flags that say how training pictures are varied.
struct AugmentFlags {
  // Such as "crop=0.5,hflip,rotation=15".
  std::string augment;
  bool no_augment = false;
};

void AddAugmentFlags(CLI::App* command, AugmentFlags& flags);

// nullopt without flags; empty for --no-augment. INVALID_ARGUMENT: a word that
// is no operation, or a value that is no number.
absl::StatusOr<std::optional<v1::Augmentation>> AugmentationOf(
    const AugmentFlags& flags);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_AUGMENT_FLAGS_H_
