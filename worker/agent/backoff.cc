#include "worker/agent/backoff.h"

#include <algorithm>

namespace tunesmith::worker {

Backoff::Backoff(absl::Duration first, absl::Duration cap, uint32_t seed)
    : first_(first), cap_(cap), next_(first), random_(seed) {}

absl::Duration Backoff::Next() {
  double share = std::uniform_real_distribution<double>(0.5, 1.0)(random_);
  absl::Duration pause = next_ * share;
  next_ = std::min(next_ * 2, cap_);
  return pause;
}

void Backoff::Reset() { next_ = first_; }

}  // namespace tunesmith::worker
