#ifndef TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_

#include <cstdint>
#include <string>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "worker/models/forward_context.h"
#include "worker/models/token_batch.h"

namespace tunesmith::worker {

// What users of an encoder need to know of it.
struct TextEncoderFacts {
  int64_t width = 0;
  int64_t vocabulary_size = 0;
  int64_t max_sequence_length = 0;
  int layer_count = 0;
  int64_t pad_token_id = 0;
  // Of the config; in front of a classification head, and in the layers.
  double head_dropout = 0;
  double dropout = 0;
  // Deviation of new weights.
  double initializer_range = 0.02;
};

// A pretrained network that turns a text into one vector.
class TextEncoder : public torch::nn::Module {
 public:
  virtual const TextEncoderFacts& facts() const = 0;

  // [B, facts().width]. Blocks below the first one that trains run as in
  // evaluation, without gradients and without dropout.
  virtual at::Tensor forward(const TokenBatch& batch,
                             const ForwardContext& context) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_TEXT_ENCODER_H_
