#include "worker/kernels/attention.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/full.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/tensor.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr DropoutKey kKey = MakeDropoutKey(4, 5, 6);

at::Tensor Lengths() {
  return at::tensor({int64_t{19}, int64_t{1}, int64_t{16}, int64_t{7}});
}

double Largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

class MaskedSoftmaxTest : public testing::TestWithParam<double> {};

TEST_P(MaskedSoftmaxTest, EqualsReferenceInValuesAndGradients) {
  at::Tensor a = (at::randn({4, 3, 19, 19}) * 5).requires_grad_(true);
  at::Tensor b = a.detach().clone().requires_grad_(true);
  at::Tensor direction = at::randn({4, 3, 19, 19});
  at::Tensor x = MaskedSoftmaxDropout(a, Lengths(), 0.3, GetParam(), kKey);
  at::Tensor y =
      MaskedSoftmaxDropoutReference(b, Lengths(), 0.3, GetParam(), kKey);
  EXPECT_LT(Largest(x - y), 1e-6);
  (x * direction).sum().backward();
  (y * direction).sum().backward();
  EXPECT_LT(Largest(a.grad() - b.grad()), 1e-6);
  EXPECT_GT(Largest(b.grad()), 0.01);
}

INSTANTIATE_TEST_SUITE_P(Rates, MaskedSoftmaxTest,
                         testing::Values(0.0, 0.1, 0.5));

TEST(MaskedSoftmaxTest, ExtremeScoresStayFinite) {
  at::Tensor scores = at::tensor({1e4f, -1e4f, 0.0f, 1e4f}).view({1, 1, 2, 2});
  at::Tensor y =
      MaskedSoftmaxDropout(scores, at::tensor({int64_t{2}}), 1.0, 0, kKey);
  EXPECT_EQ(y[0][0][0][0].item<float>(), 1.0f);
  EXPECT_EQ(y[0][0][0][1].item<float>(), 0.0f);
  EXPECT_EQ(y[0][0][1][1].item<float>(), 1.0f);
}

TEST(MaskedSoftmaxTest, NotANumberIsPassedOn) {
  at::Tensor scores = at::full({1, 1, 1, 3}, std::nanf(""));
  at::Tensor y =
      MaskedSoftmaxDropout(scores, at::tensor({int64_t{3}}), 1.0, 0.1, kKey);
  EXPECT_TRUE(y.isnan().any().item<bool>());
}

at::Tensor Heads() { return at::randn({4, 3, 19, 8}); }

// The path with dropout, at a rate that drops nothing, against the one
// without.
TEST(AttentionTest, BothPathsAgreeWhenNothingIsDropped) {
  at::Tensor q = Heads(), k = Heads(), v = Heads();
  at::Tensor a = Attention(q, k, v, Lengths(), true, 0, kKey);
  at::Tensor b = Attention(q, k, v, Lengths(), true, 1e-12, kKey);
  EXPECT_EQ(a.sizes(), at::IntArrayRef({4, 19, 24}));
  EXPECT_LT(Largest(a - b), 1e-5);
}

TEST(AttentionTest, PaddedKeysDoNotCount) {
  at::Tensor q = Heads(), k = Heads(), v = Heads();
  for (double rate : {0.0, 0.1}) {
    at::Tensor before = Attention(q, k, v, Lengths(), true, rate, kKey);
    at::Tensor k2 = k.clone(), v2 = v.clone();
    k2.select(0, 3).narrow(1, 7, 12).fill_(100);
    v2.select(0, 3).narrow(1, 7, 12).fill_(100);
    at::Tensor after = Attention(q, k2, v2, Lengths(), true, rate, kKey);
    EXPECT_TRUE(before.equal(after)) << rate;
  }
}

// As a network that wants the first token alone.
TEST(AttentionTest, FewerQueriesGiveTheirRowsOfTheResult) {
  at::Tensor q = Heads(), k = Heads(), v = Heads();
  for (double rate : {0.0, 1e-12}) {
    at::Tensor all =
        Attention(q, k, v, at::full({4}, 19, at::kLong), false, rate, kKey);
    at::Tensor first =
        Attention(q.narrow(2, 0, 1), k, v, at::full({4}, 19, at::kLong), false,
                  rate, kKey);
    EXPECT_EQ(first.sizes(), at::IntArrayRef({4, 1, 24}));
    EXPECT_LT(Largest(first - all.narrow(1, 0, 1)), 1e-5) << rate;
  }
}

}  // namespace
}  // namespace tunesmith::worker
