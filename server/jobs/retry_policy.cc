#include "server/jobs/retry_policy.h"

#include <algorithm>

#include "proto/contract/error.h"

namespace tunesmith::server {

bool CanEndOtherwise(const absl::Status& cause) {
  return !absl::IsInvalidArgument(cause);
}

absl::Duration RetryDelay(const absl::Status& cause, int failed,
                          absl::Duration first) {
  if (ErrorReasonOf(cause) == v1::ERROR_REASON_WORKER_LOST) {
    return absl::ZeroDuration();
  }
  // Further doublings change nothing, but for an overflow.
  constexpr int kMaxDoublings = 20;
  const int doublings = std::clamp(failed - 1, 0, kMaxDoublings);
  return std::min(kMaxRetryDelay, first * (int64_t{1} << doublings));
}

}  // namespace tunesmith::server
