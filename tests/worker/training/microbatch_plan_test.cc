#include "worker/training/microbatch_plan.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(MicrobatchPlanTest, BeginsWithTheBatch) {
  MicrobatchPlan plan(32, {});
  EXPECT_EQ(plan.RowsAt(0), 32);
  EXPECT_EQ(plan.RowsAt(1000), 32);
}

TEST(MicrobatchPlanTest, HalvesFromAStepOn) {
  MicrobatchPlan plan(9, {});
  EXPECT_TRUE(plan.Split(5));
  EXPECT_EQ(plan.RowsAt(4), 9);
  EXPECT_EQ(plan.RowsAt(5), 5);
  EXPECT_TRUE(plan.Split(5));
  EXPECT_EQ(plan.RowsAt(5), 3);
  EXPECT_TRUE(plan.Split(7));
  EXPECT_EQ(plan.RowsAt(6), 3);
  EXPECT_EQ(plan.RowsAt(8), 2);
  EXPECT_TRUE(plan.Split(8));
  EXPECT_EQ(plan.RowsAt(8), 1);
  EXPECT_FALSE(plan.Split(9));
}

TEST(MicrobatchPlanTest, FollowsWhatWasFoundOut) {
  MicrobatchPlan plan(
      32, {{.from_step = 10, .rows = 16}, {.from_step = 20, .rows = 8}});
  EXPECT_EQ(plan.RowsAt(9), 32);
  EXPECT_EQ(plan.RowsAt(10), 16);
  EXPECT_EQ(plan.RowsAt(20), 8);
}

TEST(MicrobatchPlanTest, ASplitBeforeWhatWasPlannedTakesItsPlace) {
  MicrobatchPlan plan(32, {{.from_step = 10, .rows = 16}});
  EXPECT_TRUE(plan.Split(4));
  EXPECT_EQ(plan.RowsAt(4), 16);
  EXPECT_TRUE(plan.Split(4));
  EXPECT_EQ(plan.RowsAt(12), 8);
}

TEST(MicrobatchPlanTest, NeverExceedsTheBatchNorFallsBelowOneRow) {
  MicrobatchPlan plan(
      4, {{.from_step = 0, .rows = 64}, {.from_step = 5, .rows = 0}});
  EXPECT_EQ(plan.RowsAt(0), 4);
  EXPECT_EQ(plan.RowsAt(5), 1);
}

}  // namespace
}  // namespace tunesmith::worker
