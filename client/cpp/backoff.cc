#include "client/cpp/backoff.h"

#include <algorithm>

namespace tunesmith::client {

std::optional<absl::Duration> Backoff::Next() {
  ++failures_;
  if (failures_ >= policy_.max_attempts) return std::nullopt;
  absl::Duration longest = policy_.initial_backoff;
  for (int i = 1; i < failures_ && longest < policy_.max_backoff; ++i) {
    longest *= 2;
  }
  longest = std::min(longest, policy_.max_backoff);
  return longest * absl::Uniform(random_, 0.5, 1.0);
}

}  // namespace tunesmith::client
