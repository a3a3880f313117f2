#ifndef TUNESMITH_SERVER_API_RECENT_RUNS_H_
#define TUNESMITH_SERVER_API_RECENT_RUNS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "server/store/connection.h"

namespace tunesmith::server {

// How long a tenant's jobs ran lately, for estimates: looked at once in a
// while, not for each of them. Thread-safe.
class RecentRuns {
 public:
  // Not owned; outlives it.
  explicit RecentRuns(const Clock* clock) : clock_(clock) {}

  // The mean over the last jobs that succeeded; empty where none did.
  absl::StatusOr<std::optional<absl::Duration>> Mean(Connection& db,
                                                     const std::string& tenant);

 private:
  struct Known {
    std::optional<absl::Duration> mean;
    // Clock::Monotonic.
    absl::Duration until;
  };

  std::optional<Known> Find(const std::string& tenant);

  const Clock* const clock_;
  Mutex mutex_;
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_RECENT_RUNS_H_
