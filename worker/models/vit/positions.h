#ifndef TUNESMITH_WORKER_MODELS_VIT_POSITIONS_H_
#define TUNESMITH_WORKER_MODELS_VIT_POSITIONS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "worker/formats/weight_files.h"

namespace tunesmith::worker {

// Turns position embeddings of `side` x `side` patches into those of `new_side`
// x `new_side`: bicubic, as transformers' ViTEmbeddings does. The class token's
// stays. Does nothing to weights that are not of such a form, which is said
// where they are matched with the network.
absl::Status InterpolatePositions(int64_t side, int64_t new_side, int64_t width,
                                  WeightFiles& weights);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_VIT_POSITIONS_H_
