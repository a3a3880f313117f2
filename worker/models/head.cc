#include "worker/models/head.h"

#include "ATen/ops/conv2d.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/mean.h"
#include "ATen/ops/relu.h"

namespace tunesmith::worker {

std::vector<int64_t> HeadShape(const EncoderFacts& facts, int64_t class_count) {
  if (facts.spatial) return {class_count, facts.width, 1, 1};
  return {class_count, facts.width};
}

HeadImpl::HeadImpl(const EncoderFacts& facts, int64_t class_count,
                   const at::TensorOptions& options)
    : spatial(facts.spatial) {
  weight = register_parameter(
      "weight", at::empty(HeadShape(facts, class_count), options));
  bias = register_parameter("bias", at::empty({class_count}, options));
}

at::Tensor HeadImpl::forward(const at::Tensor& features) {
  if (!spatial) return at::linear(features, weight, bias);
  return at::relu(at::conv2d(features, weight, bias))
      .mean(at::IntArrayRef{2, 3});
}

}  // namespace tunesmith::worker
