#ifndef TUNESMITH_WORKER_FORMATS_FINITE_VALUES_H_
#define TUNESMITH_WORKER_FORMATS_FINITE_VALUES_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "worker/formats/weight_files.h"

namespace tunesmith::worker {

// What of a tensor's values is NaN or infinite.
struct NonFiniteValues {
  // Index of the first one, row by row.
  int64_t first = 0;
  int64_t count = 0;
};

// Nothing when every value is finite, or when the type has but finite ones.
std::optional<NonFiniteValues> FindNonFinite(const StoredTensor& tensor);

// Looks at all values, on up to `threads` threads. INVALID_ARGUMENT with reason
// WEIGHTS_NOT_FINITE, which names the first tensor with one that is not.
absl::Status CheckFinite(std::span<const StoredTensor* const> tensors,
                         int threads);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_FINITE_VALUES_H_
