#include "worker/random/beta.h"

#include <cmath>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

CounterRandom RandomOf(uint64_t i) {
  return CounterRandom(3, RandomPurpose::kBatchMix, i);
}

TEST(DrawBetaTest, HasMomentsOfTheDistribution) {
  constexpr int kDraws = 20'000;
  for (double alpha : {0.1, 0.2, 0.5, 1.0, 3.0, 100.0}) {
    SCOPED_TRACE(alpha);
    double sum = 0, squares = 0, fourths = 0;
    for (uint64_t i = 0; i < kDraws; ++i) {
      const double distance = DrawBeta(RandomOf(i), alpha) - 0.5;
      sum += distance;
      squares += distance * distance;
      fourths += distance * distance * distance * distance;
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    // The fourth moment about the middle.
    const double fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3));
    EXPECT_NEAR(sum / kDraws, 0, 4 * std::sqrt(variance / kDraws));
    EXPECT_NEAR(squares / kDraws, variance, 0.05 * variance);
    EXPECT_NEAR(fourths / kDraws, fourth, 0.08 * fourth);
  }
}

// Beta(1, 1) is uniform.
TEST(DrawBetaTest, IsUniformForOne) {
  constexpr int kDraws = 10'000;
  int counts[10] = {};
  for (uint64_t i = 0; i < kDraws; ++i) {
    ++counts[static_cast<int>(DrawBeta(RandomOf(i), 1) * 10)];
  }
  for (int count : counts) EXPECT_NEAR(count, kDraws / 10, 150);
}

TEST(DrawBetaTest, IsAShareForAnyAlpha) {
  for (double alpha : {5e-324, 1e-200, 1e-5, 1e5}) {
    for (uint64_t i = 0; i < 100; ++i) {
      const double share = DrawBeta(RandomOf(i), alpha);
      EXPECT_TRUE(share >= 0 && share <= 1) << alpha << ": " << share;
    }
  }
}

TEST(DrawBetaTest, FollowsFromItsStream) {
  EXPECT_EQ(DrawBeta(RandomOf(1), 0.2), DrawBeta(RandomOf(1), 0.2));
  EXPECT_NE(DrawBeta(RandomOf(1), 0.2), DrawBeta(RandomOf(2), 0.2));
}

}  // namespace
}  // namespace tunesmith::worker
