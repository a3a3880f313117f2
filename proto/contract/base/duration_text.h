#ifndef TUNESMITH_PROTO_CONTRACT_BASE_DURATION_TEXT_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_DURATION_TEXT_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tunesmith {

// A duration as people write it: whole numbers with units, the larger first, as
// "7d", "12h", "1d12h", "90m" or "30s"; also "0". INVALID_ARGUMENT for anything
// else, and for more than ten years.
absl::StatusOr<absl::Duration> ParseDurationText(std::string_view text);

// How long something is kept: a duration, or unset for "forever".
absl::StatusOr<std::optional<absl::Duration>> ParseRetentionText(
    std::string_view text);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_DURATION_TEXT_H_
