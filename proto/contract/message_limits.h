#ifndef TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_
#define TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_

#include <cstddef>

// How long one gRPC message may be, in bytes.

namespace tunesmith {

// Of the samples of one prediction request together: a photograph has several
// MiB.
inline constexpr size_t kMaxSampleBytes = 32 << 20;
// What the server takes: a prediction request has so many.
inline constexpr int kMaxRequestBytes = 36 << 20;
// Any other request, so that a resource with its spec as it was sent and as it
// was resolved stays below what clients take by default (4 MiB).
inline constexpr size_t kMaxCallBytes = 3 << 19;
// Bytes of a file that one message carries.
inline constexpr size_t kMaxChunkBytes = 1 << 20;
// What clients and workers take. A finished job of a thousand classes carries
// several confusion matrices of a million entries.
inline constexpr int kMaxResponseBytes = 64 << 20;
// One event of a work item, which is also kept in the database.
inline constexpr size_t kMaxEventBytes = 3 << 20;

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_MESSAGE_LIMITS_H_
