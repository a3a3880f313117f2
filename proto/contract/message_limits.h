#ifndef TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_
#define TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_

#include <cstddef>

// How long one gRPC message may be, in bytes.

namespace tunesmith {

// What the server takes.
inline constexpr int kMaxRequestBytes = 4 << 20;
// What clients and workers take. A finished job of a thousand classes carries
// several confusion matrices of a million entries.
inline constexpr int kMaxResponseBytes = 64 << 20;
// One event of a work item; it fits into a request with what is around it.
inline constexpr size_t kMaxEventBytes = 3 << 20;

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_
