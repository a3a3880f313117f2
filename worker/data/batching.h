#ifndef TUNESMITH_WORKER_DATA_BATCHING_H_
#define TUNESMITH_WORKER_DATA_BATCHING_H_

#include <cstdint>
#include <span>
#include <vector>

namespace tunesmith::worker {

// How an epoch is cut into batches; see `Data.Order` of the API.
enum class BatchOrder { kLengthGrouped, kShuffled, kSequential };

// Indices of one batch.
using BatchIndices = std::vector<int32_t>;

// Batches of one epoch: every index of `lengths` exactly once, `batch_size` to
// a batch and the rest in one smaller batch. A pure function of its arguments.
//
// kLengthGrouped shuffles, sorts by length inside windows of 50 batches, and
// shuffles the batches. `epoch` counts from 0.
std::vector<BatchIndices> PlanEpoch(std::span<const int32_t> lengths,
                                    int batch_size, BatchOrder order,
                                    int64_t seed, int64_t epoch);

// Batches for evaluation: sorted by length, then by index, so that there is
// next to no padding.
std::vector<BatchIndices> PlanEvaluation(std::span<const int32_t> lengths,
                                         int batch_size);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_BATCHING_H_
