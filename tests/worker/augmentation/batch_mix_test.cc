#include "worker/augmentation/batch_mix.h"

#include <cmath>
#include <set>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

BatchKey KeyOf(uint64_t step) { return {.seed = 5, .epoch = 1, .step = step}; }

TEST(DrawMixTest, WithoutAMixEveryRowStays) {
  const MixDraw draw = DrawMix({}, KeyOf(0), 8, 8);
  EXPECT_EQ(draw.lambda, 1);
  EXPECT_FALSE(draw.everywhere);
  EXPECT_EQ(draw.area, ImageArea());
}

TEST(DrawMixTest, MixupDrawsTheWeightFromBeta) {
  double sum = 0, squares = 0;
  constexpr int kDraws = 10'000;
  for (uint64_t step = 0; step < kDraws; ++step) {
    const MixDraw draw = DrawMix(Mixup{.alpha = 0.4}, KeyOf(step), 8, 8);
    EXPECT_TRUE(draw.everywhere);
    EXPECT_EQ(draw.area, ImageArea());
    sum += draw.lambda;
    squares += (draw.lambda - 0.5) * (draw.lambda - 0.5);
  }
  const double variance = 1 / (4 * (2 * 0.4 + 1));
  EXPECT_NEAR(sum / kDraws, 0.5, 0.02);
  EXPECT_NEAR(squares / kDraws, variance, 0.05 * variance);
}

TEST(DrawMixTest, CutMixLambdaIsTheAreaThatStays) {
  std::set<int> lefts, tops;
  int full_ratio = 0;
  for (uint64_t step = 0; step < 2000; ++step) {
    const MixDraw draw = DrawMix(CutMix(), KeyOf(step), 60, 40);
    EXPECT_FALSE(draw.everywhere);
    ASSERT_GE(draw.area.left, 0);
    ASSERT_GE(draw.area.top, 0);
    ASSERT_GE(draw.area.width, 0);
    ASSERT_GE(draw.area.height, 0);
    ASSERT_LE(draw.area.left + draw.area.width, 60);
    ASSERT_LE(draw.area.top + draw.area.height, 40);
    EXPECT_DOUBLE_EQ(draw.lambda,
                     1 - draw.area.width * draw.area.height / 2400.0);
    lefts.insert(draw.area.left);
    tops.insert(draw.area.top);
    // Of the pictures' ratio unless an edge cuts it.
    full_ratio += std::abs(draw.area.width / 1.5 - draw.area.height) <= 2;
  }
  EXPECT_GT(lefts.size(), 40u);
  EXPECT_GT(tops.size(), 25u);
  EXPECT_GT(full_ratio, 400);
}

TEST(DrawMixTest, SeedEpochAndStepEachGiveOtherDraws) {
  std::set<double> seen;
  for (const BatchKey& key :
       {BatchKey{1, 2, 3}, BatchKey{2, 2, 3}, BatchKey{1, 3, 3},
        BatchKey{1, 2, 4}, BatchKey{1, 3, 2}}) {
    const double lambda = DrawMix(Mixup(), key, 8, 8).lambda;
    EXPECT_EQ(lambda, DrawMix(Mixup(), key, 8, 8).lambda);
    seen.insert(lambda);
  }
  EXPECT_EQ(seen.size(), 5u);
}

}  // namespace
}  // namespace tunesmith::worker
