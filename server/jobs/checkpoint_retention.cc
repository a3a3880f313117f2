#include "server/jobs/checkpoint_retention.h"

namespace tunesmith::server {

std::vector<int64_t> ExpiredCheckpoints(
    std::span<const v1::Checkpoint> checkpoints, int keep_latest) {
  std::vector<int64_t> expired;
  bool best_found = false;
  int kept = 0;
  for (const v1::Checkpoint& checkpoint : checkpoints) {
    bool is_best = checkpoint.best() && !best_found;
    best_found = best_found || is_best;
    if (++kept > keep_latest && !is_best) expired.push_back(checkpoint.step());
  }
  return expired;
}

}  // namespace tunesmith::server
