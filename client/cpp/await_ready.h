#ifndef TUNESMITH_CLIENT_CPP_AWAIT_READY_H_
#define TUNESMITH_CLIENT_CPP_AWAIT_READY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/client.h"
#include "proto/contract/base/clock.h"

namespace tunesmith::client {

// Asks until a worker has read the dataset or checked the model. The
// resource's own error when it FAILED; DEADLINE_EXCEEDED when it still was not
// READY after `timeout`; CANCELLED.
absl::StatusOr<v1::Dataset> AwaitDataset(Client& client, Clock& clock,
                                         const std::string& name,
                                         absl::Duration timeout);
absl::StatusOr<v1::Model> AwaitModel(Client& client, Clock& clock,
                                     const std::string& name,
                                     absl::Duration timeout);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_AWAIT_READY_H_
