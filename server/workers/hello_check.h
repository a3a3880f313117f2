#ifndef TUNESMITH_SERVER_WORKERS_HELLO_CHECK_H_
#define TUNESMITH_SERVER_WORKERS_HELLO_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "tunesmith/internal/v1/worker_session.pb.h"

namespace tunesmith::server {

// The version of the session protocol that this server speaks.
inline constexpr int32_t kSessionProtocol = 1;

// FAILED_PRECONDITION when the worker speaks no version that the server does,
// INVALID_ARGUMENT with every other problem of its first message.
absl::Status CheckHello(const internal::v1::Hello& hello);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_HELLO_CHECK_H_
