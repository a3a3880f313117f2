#ifndef TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_
#define TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_

#include "absl/status/status.h"
#include "worker/models/text_encoder.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Whether inputs fit each other and the network, so that no operator meets an
// index out of range. INVALID_ARGUMENT with a reason; the message names split
// and row.

// Labels, sizes and options.
absl::Status CheckInputs(const TrainingInputs& inputs,
                         const TrainingOptions& options);

// Of a network of texts.
absl::Status CheckTexts(const TrainingInputs& inputs,
                        const TextEncoderFacts& facts);

// Of a network of pictures.
absl::Status CheckPictures(const TrainingInputs& inputs);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_INPUT_CHECK_H_
