#ifndef TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "worker/models/encoder.h"
#include "worker/models/forward_context.h"
#include "worker/models/token_batch.h"

namespace tunesmith::worker {

// What users of an encoder of texts need to know besides.
struct TextEncoderFacts : EncoderFacts {
  int64_t vocabulary_size = 0;
  int64_t max_sequence_length = 0;
  int64_t pad_token_id = 0;
};

// A pretrained network that turns a text into one vector.
class TextEncoder : public Encoder {
 public:
  const TextEncoderFacts& facts() const override = 0;

  // [B, facts().width]. Blocks below the first one that trains run as in
  // evaluation, without gradients and without dropout.
  virtual at::Tensor forward(const TokenBatch& batch,
                             const ForwardContext& context) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_
