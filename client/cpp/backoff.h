#ifndef TUNESMITH_CLIENT_CPP_BACKOFF_H_
#define TUNESMITH_CLIENT_CPP_BACKOFF_H_

#include <optional>

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace tunesmith::client {

// How often and how patiently a call is tried again.
struct RetryPolicy {
  // Tries in all; 1 means no second one.
  int max_attempts = 5;
  // Longest wait after the first failure; doubles with each further one.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(2);
};

// The waits between tries of one operation. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) : policy_(policy) {}

  // How long to wait before the next try: at least half of the policy's wait
  // and at most all of it, so that clients spread out. nullopt when no try is
  // left.
  std::optional<absl::Duration> Next();

  // Starts again, after something succeeded.
  void Reset() { failures_ = 0; }

 private:
  const RetryPolicy policy_;
  int failures_ = 0;
  absl::BitGen random_;
};

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_BACKOFF_H_
