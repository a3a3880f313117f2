#include "server/api/start_estimate.h"

#include <algorithm>

namespace tunesmith::server {

std::optional<absl::Duration> EstimateStart(const StartFacts& facts) {
  // When each slot takes its next job.
  std::vector<absl::Duration> next(facts.free_slots, absl::ZeroDuration());
  for (const std::optional<absl::Duration>& left : facts.left) {
    if (!left.has_value() && !facts.mean_run.has_value()) return std::nullopt;
    next.push_back(left.has_value() ? *left : *facts.mean_run);
  }
  if (next.empty()) return std::nullopt;
  std::sort(next.begin(), next.end());
  const int64_t before = facts.position - 1;
  const int64_t slots = static_cast<int64_t>(next.size());
  const int64_t rounds = before / slots;
  if (rounds > 0 && !facts.mean_run.has_value()) return std::nullopt;
  absl::Duration wait = next[before % slots];
  if (rounds > 0) wait += rounds * *facts.mean_run;
  return wait;
}

}  // namespace tunesmith::server
