#ifndef TUNESMITH_WORKER_TRAINING_LABELLED_BATCH_H_
#define TUNESMITH_WORKER_TRAINING_LABELLED_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ATen/core/Tensor.h"
#include "worker/data/batching.h"
#include "worker/data/example.h"
#include "worker/models/token_batch.h"

namespace tunesmith::worker {

// What goes through a classifier in one step.
struct LabelledBatch {
  TokenBatch tokens;
  // [B] of int64.
  at::Tensor labels_B;
};

LabelledBatch MakeLabelledBatch(std::span<const Example> examples,
                                const BatchIndices& indices,
                                int64_t pad_token_id, at::Device device);

// Tokens of each example.
std::vector<int32_t> LengthsOf(std::span<const Example> examples);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_LABELLED_BATCH_H_
