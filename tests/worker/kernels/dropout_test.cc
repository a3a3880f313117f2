#include "worker/kernels/dropout.h"

#include <cmath>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "gtest/gtest.h"
#include "worker/kernels/elementwise_cpu.h"

namespace tunesmith::worker {
namespace {

constexpr double kRate = 0.1;

bool Stays(int64_t element, DropoutKey key) {
  DropoutKey block = DropoutBlockKey(key, static_cast<uint32_t>(element >> 32));
  return DropoutBits(block, static_cast<uint32_t>(element)) >=
         DropoutThreshold(kRate);
}

at::Tensor KeptOfOnes(int64_t count, DropoutKey key) {
  return Dropout(at::ones({count}), kRate, key).ne(0);
}

TEST(DropoutTest, LoopReferenceAndDefinitionGiveOneMask) {
  DropoutKey key = MakeDropoutKey(42, 7, 3);
  constexpr int64_t kCount = 40'001;
  at::Tensor kept = KeptOfOnes(kCount, key);
  EXPECT_TRUE(kept.equal(DropoutMaskReference(kCount, kRate, key, at::kCPU)));
  for (int64_t i = 0; i < kCount; i += 97) {
    ASSERT_EQ(kept[i].item<bool>(), Stays(i, key)) << i;
  }
}

TEST(DropoutTest, ElementsBeyondABlockFollowTheDefinition) {
  DropoutKey key = MakeDropoutKey(1, 2, 3);
  int64_t first = (int64_t{1} << 32) - 50;
  std::vector<float> x(100, 1.0f), y(100);
  DropoutParallel(x.data(), y.data(), 100, first, kRate, key);
  for (int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(y[static_cast<size_t>(i)] != 0, Stays(first + i, key)) << i;
  }
}

TEST(DropoutTest, MaskDoesNotDependOnThreads) {
  DropoutKey key = MakeDropoutKey(5, 0, 0);
  int before = at::get_num_threads();
  at::set_num_threads(1);
  at::Tensor one = KeptOfOnes(200'003, key);
  at::set_num_threads(2);
  at::Tensor two = KeptOfOnes(200'003, key);
  at::set_num_threads(before);
  EXPECT_TRUE(one.equal(two));
}

// Bounds are five standard deviations.
TEST(DropoutTest, MasksLookIndependent) {
  constexpr int64_t kCount = 1 << 20;
  at::Tensor a = KeptOfOnes(kCount, MakeDropoutKey(1, 1, 1)).to(at::kDouble);
  double deviation = std::sqrt(kRate * (1 - kRate) / kCount);
  EXPECT_NEAR(a.mean().item<double>(), 1 - kRate, 5 * deviation);
  auto correlation = [&](const at::Tensor& x, const at::Tensor& y) {
    double both = ((1 - x) * (1 - y)).mean().item<double>();
    return (both - kRate * kRate) / (kRate * (1 - kRate));
  };
  double bound = 5 / std::sqrt(static_cast<double>(kCount));
  for (DropoutKey other : {MakeDropoutKey(2, 1, 1), MakeDropoutKey(1, 2, 1),
                           MakeDropoutKey(1, 1, 2)}) {
    EXPECT_LT(
        std::abs(correlation(a, KeptOfOnes(kCount, other).to(at::kDouble))),
        bound);
  }
  for (int64_t shift : {1, 2, 16, 384, 1024}) {
    EXPECT_LT(std::abs(correlation(a.narrow(0, 0, kCount - shift),
                                   a.narrow(0, shift, kCount - shift))),
              bound)
        << shift;
  }
}

TEST(DropoutTest, BackwardUsesTheMaskOfForward) {
  DropoutKey key = MakeDropoutKey(9, 9, 9);
  at::Tensor x = at::randn({50, 70}).requires_grad_(true);
  at::Tensor y = Dropout(x, kRate, key);
  at::Tensor mask =
      DropoutMaskReference(3500, kRate, key, at::kCPU).view({50, 70});
  at::Tensor scale = mask / (1 - kRate);
  EXPECT_TRUE(y.allclose(x * scale, 1e-6, 0));
  at::Tensor direction = at::randn({50, 70});
  (y * direction).sum().backward();
  EXPECT_TRUE(x.grad().allclose(direction * scale, 1e-6, 0));
}

TEST(DropoutTest, AddIsDropoutPlusResidual) {
  DropoutKey key = MakeDropoutKey(9, 9, 8);
  at::Tensor x = at::randn({50, 70}).requires_grad_(true);
  at::Tensor residual = at::randn({50, 70}).requires_grad_(true);
  at::Tensor y = DropoutAdd(x, residual, kRate, key);
  EXPECT_TRUE(y.allclose(residual + Dropout(x, kRate, key), 1e-6, 1e-6));
  at::Tensor direction = at::randn({50, 70});
  (y * direction).sum().backward();
  EXPECT_TRUE(residual.grad().equal(direction));
  EXPECT_TRUE(x.grad().equal(Dropout(direction, kRate, key)));
}

TEST(DropoutTest, OtherTypesHaveTheSameMask) {
  DropoutKey key = MakeDropoutKey(3, 3, 3);
  at::Tensor kept = Dropout(at::ones({999}, at::kDouble), kRate, key).ne(0);
  EXPECT_TRUE(kept.equal(KeptOfOnes(999, key)));
}

TEST(DropoutTest, RateZeroKeepsEverything) {
  at::Tensor x = at::randn({9});
  EXPECT_TRUE(Dropout(x, 0, MakeDropoutKey(1, 1, 1)).equal(x));
}

}  // namespace
}  // namespace tunesmith::worker
