#include "worker/models/layers.h"

#include "ATen/ops/embedding.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/linear.h"
#include "worker/kernels/layer_norm.h"

namespace tunesmith::worker {

LinearImpl::LinearImpl(int64_t in, int64_t out,
                       const at::TensorOptions& options, bool has_bias) {
  weight = register_parameter("weight", at::empty({out, in}, options));
  if (has_bias) bias = register_parameter("bias", at::empty({out}, options));
}

at::Tensor LinearImpl::forward(const at::Tensor& x) {
  return at::linear(x, weight, bias);
}

LayerNormImpl::LayerNormImpl(int64_t width, double epsilon,
                             const at::TensorOptions& options)
    : epsilon(epsilon) {
  weight = register_parameter("weight", at::empty({width}, options));
  bias = register_parameter("bias", at::empty({width}, options));
}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) {
  return LayerNormalize(x, weight, bias, epsilon);
}

EmbeddingImpl::EmbeddingImpl(int64_t count, int64_t width,
                             const at::TensorOptions& options) {
  weight = register_parameter("weight", at::empty({count, width}, options));
}

at::Tensor EmbeddingImpl::forward(const at::Tensor& ids) {
  return at::embedding(weight, ids);
}

bool AnyTrains(const torch::nn::Module& module) {
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.requires_grad()) return true;
  }
  return false;
}

}  // namespace tunesmith::worker
