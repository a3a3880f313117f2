#include "worker/kernels/layer_norm.h"

#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/randn.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr double kEpsilon = 1e-12;

// Output and gradients of x, weight and bias.
std::vector<at::Tensor> Results(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias,
                                const at::Tensor& gradient, bool reference) {
  at::Tensor a = x.detach().clone().requires_grad_();
  at::Tensor b = weight.detach().clone().requires_grad_();
  at::Tensor c = bias.detach().clone().requires_grad_();
  at::Tensor y = reference ? at::layer_norm(a, b.sizes(), b, c, kEpsilon)
                           : LayerNormalize(a, b, c, kEpsilon);
  y.backward(gradient);
  return {y.detach(), a.grad(), b.grad(), c.grad()};
}

class LayerNormTest : public ::testing::TestWithParam<int64_t> {
 protected:
  const at::Tensor x_ = at::randn({GetParam(), 3, 40});
  const at::Tensor weight_ = at::randn({40});
  const at::Tensor bias_ = at::randn({40});
  const at::Tensor gradient_ = at::randn({GetParam(), 3, 40});
};

TEST_P(LayerNormTest, EqualsTheLibrarys) {
  auto ours = Results(x_, weight_, bias_, gradient_, false);
  auto theirs = Results(x_, weight_, bias_, gradient_, true);
  for (size_t i = 0; i < ours.size(); ++i) {
    double error = (ours[i] - theirs[i]).abs().max().item<double>();
    EXPECT_LE(error, 1e-5 * theirs[i].abs().max().item<double>()) << i;
  }
}

TEST_P(LayerNormTest, BitsDoNotDependOnThreads) {
  int before = at::get_num_threads();
  at::set_num_threads(1);
  auto one = Results(x_, weight_, bias_, gradient_, false);
  for (int threads : {2, 3, 7}) {
    at::set_num_threads(threads);
    auto several = Results(x_, weight_, bias_, gradient_, false);
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(one[i].equal(several[i])) << i << " with " << threads;
    }
  }
  at::set_num_threads(before);
}

INSTANTIATE_TEST_SUITE_P(Rows, LayerNormTest,
                         ::testing::Values(1, 21, 22, 500, 2000));

TEST(FrozenLayerNormTest, WeightGetsNoGradient) {
  at::Tensor x = at::randn({5, 8}).requires_grad_();
  at::Tensor weight = at::randn({8});
  at::Tensor bias = at::randn({8}).requires_grad_();
  LayerNormalize(x, weight, bias, kEpsilon).sum().backward();
  EXPECT_FALSE(weight.grad().defined());
  EXPECT_TRUE(bias.grad().defined());
  EXPECT_TRUE(x.grad().defined());
}

}  // namespace
}  // namespace tunesmith::worker
