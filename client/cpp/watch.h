#ifndef TUNESMITH_CLIENT_CPP_WATCH_H_
#define TUNESMITH_CLIENT_CPP_WATCH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "client/cpp/client.h"

namespace tunesmith::client {

struct WatchOptions {
  // Events after this one.
  int64_t after_sequence = 0;
  // Called with every event once, in order and without a gap, and with
  // progress.
  std::function<void(const v1::WatchJobResponse&)> on_response;
  // Called before the wait for another try, with why it is needed.
  std::function<void(const absl::Status&)> on_interruption;
};

// Follows a job until it ends. A stream that breaks with UNAVAILABLE is opened
// again after the last event seen; the tries of ClientOptions::resume start
// anew with each message. CANCELLED: `client.cancellation()`. DATA_LOSS: the
// server left an event out.
absl::Status WatchJob(Client& client, const std::string& name,
                      const WatchOptions& options);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_WATCH_H_
