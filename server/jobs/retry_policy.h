#ifndef TUNESMITH_SERVER_JOBS_RETRY_POLICY_H_
#define TUNESMITH_SERVER_JOBS_RETRY_POLICY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

// What the cause of an attempt's end means for the next one. Pure.

namespace tunesmith::server {

// Whether another attempt can end otherwise. What data, spec or model did wrong
// they do again, whatever a worker says.
bool CanEndOtherwise(const absl::Status& cause);

// The longest pause before an attempt.
inline constexpr absl::Duration kMaxRetryDelay = absl::Minutes(5);

// The pause before the next attempt, after `failed` of them that failed: none
// where the worker was lost, as the next one goes elsewhere or to one that has
// just come back; otherwise `first` after the first one, and twice as long
// after each other.
absl::Duration RetryDelay(const absl::Status& cause, int failed,
                          absl::Duration first);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_RETRY_POLICY_H_
