#ifndef TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_
#define TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_

#include "absl/status/status.h"
#include "worker/models/text_encoder.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Whether inputs fit each other and the network, so that no operator meets an
// index out of range. INVALID_ARGUMENT with a reason; the message names split
// and row.
absl::Status CheckInputs(const TrainingInputs& inputs,
                         const TrainingOptions& options,
                         const TextEncoderFacts& facts);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_
