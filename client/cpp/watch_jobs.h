#ifndef TUNESMITH_CLIENT_CPP_WATCH_JOBS_H_
#define TUNESMITH_CLIENT_CPP_WATCH_JOBS_H_

#include <functional>

#include "absl/status/status.h"
#include "client/cpp/client.h"

namespace tunesmith::client {

struct WatchJobsOptions {
  // Called with everything that comes. After a break the jobs come anew, and
  // `caught_up` after them.
  std::function<void(const v1::WatchJobsResponse&)> on_response;
  // Called before the wait for another try, with why it is needed.
  std::function<void(const absl::Status&)> on_interruption;
};

// Follows the jobs that `request` finds, until the client is cancelled
// (CANCELLED) or the server refuses. A stream that breaks with UNAVAILABLE is
// opened again, as often as ClientOptions::resume says between two messages.
absl::Status WatchJobs(Client& client, const v1::WatchJobsRequest& request,
                       const WatchJobsOptions& options);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_WATCH_JOBS_H_
