#ifndef TUNESMITH_WORKER_MODELS_LAYERS_H_
#define TUNESMITH_WORKER_MODELS_LAYERS_H_

#include <cstdint>
#include <string_view>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "torch/nn/pimpl.h"

// The layers that networks are made of. Unlike LibTorch's own they leave their
// parameters unset, because every value comes from a file or from the counter
// generator, and they can be made on the `meta` device, without memory.

namespace tunesmith::worker {

// y = x W^T + b; `weight` [out, in], `bias` [out] unless there is none.
struct LinearImpl : torch::nn::Module {
  LinearImpl(int64_t in, int64_t out, const at::TensorOptions& options,
             bool has_bias = true);
  at::Tensor forward(const at::Tensor& x);

  at::Tensor weight, bias;
};
TORCH_MODULE(Linear);

// Over the last axis.
struct LayerNormImpl : torch::nn::Module {
  LayerNormImpl(int64_t width, double epsilon,
                const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& x);

  double epsilon;
  at::Tensor weight, bias;
};
TORCH_MODULE(LayerNorm);

// One row of `weight` [count, width] for each id.
struct EmbeddingImpl : torch::nn::Module {
  EmbeddingImpl(int64_t count, int64_t width, const at::TensorOptions& options);
  at::Tensor forward(const at::Tensor& ids);

  at::Tensor weight;
};
TORCH_MODULE(Embedding);

// Whether any parameter of `module` trains.
bool AnyTrains(const torch::nn::Module& module);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_LAYERS_H_
