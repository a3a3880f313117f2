#ifndef TUNESMITH_WORKER_MODELS_HEAD_H_
#define TUNESMITH_WORKER_MODELS_HEAD_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "torch/nn/pimpl.h"
#include "worker/models/encoder.h"

namespace tunesmith::worker {

// Features to logits, as the family's own classifiers have it: a linear layer
// for vectors; for maps a 1x1 convolution, ReLU and the mean over all places
// (SqueezeNet, arXiv:1602.07360).
struct HeadImpl : torch::nn::Module {
  // Parameters are unset.
  HeadImpl(const EncoderFacts& facts, int64_t class_count,
           const at::TensorOptions& options);

  // [B, C] for features as ImageEncoder or TextEncoder gives them.
  at::Tensor forward(const at::Tensor& features);

  const bool spatial;
  // [C, W], for maps [C, W, 1, 1]; [C].
  at::Tensor weight, bias;
};
TORCH_MODULE(Head);

// The shape of a head's weight.
std::vector<int64_t> HeadShape(const EncoderFacts& facts, int64_t class_count);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_HEAD_H_
