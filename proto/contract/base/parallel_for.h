#ifndef TUNESMITH_PROTO_CONTRACT_BASE_PARALLEL_FOR_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_PARALLEL_FOR_H_

#include <cstddef>

#include "absl/functional/function_ref.h"

namespace tunesmith {

// Calls `work` once for every index below `count`, in no order, on at most
// `threads` threads, the calling one among them; returns when all are done.
// `work` does not throw.
void ParallelFor(size_t count, size_t threads,
                 absl::FunctionRef<void(size_t)> work);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_PARALLEL_FOR_H_
