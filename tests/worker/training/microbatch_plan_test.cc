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
  EXPECT_TRUE(plan.Split(5, false).has_value());
  EXPECT_EQ(plan.RowsAt(4), 9);
  EXPECT_EQ(plan.RowsAt(5), 5);
  EXPECT_TRUE(plan.Split(5, false).has_value());
  EXPECT_EQ(plan.RowsAt(5), 3);
  EXPECT_TRUE(plan.Split(7, false).has_value());
  EXPECT_EQ(plan.RowsAt(6), 3);
  EXPECT_EQ(plan.RowsAt(8), 2);
  EXPECT_TRUE(plan.Split(8, false).has_value());
  EXPECT_EQ(plan.RowsAt(8), 1);
  EXPECT_FALSE(plan.Split(9, false).has_value());
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
  EXPECT_TRUE(plan.Split(4, false).has_value());
  EXPECT_EQ(plan.RowsAt(4), 16);
  EXPECT_TRUE(plan.Split(4, false).has_value());
  EXPECT_EQ(plan.RowsAt(12), 8);
}

TEST(MicrobatchPlanTest, EvaluationsBecomeSmallerWithEverySplit) {
  for (int batch_size : {1, 2, 8, 32, 33, 500}) {
    MicrobatchPlan plan(batch_size, {});
    int rows = plan.EvaluationRowsAt(3);
    EXPECT_EQ(rows, 64);
    while (plan.Split(3, true).has_value()) {
      EXPECT_LE(plan.EvaluationRowsAt(3), rows);
      EXPECT_GE(plan.EvaluationRowsAt(3), plan.RowsAt(3) == 1 ? 1 : 2);
      rows = plan.EvaluationRowsAt(3);
    }
    if (batch_size > 1) {
      EXPECT_EQ(rows, 1);
    }
  }
}

TEST(MicrobatchPlanTest, AnEvaluationThatWasDoneKeepsItsRows) {
  MicrobatchPlan plan(8, {});
  EXPECT_TRUE(plan.Split(3, false).has_value());
  EXPECT_EQ(plan.EvaluationRowsAt(3), 64);
  EXPECT_LT(plan.EvaluationRowsAt(4), 64);
}

TEST(MicrobatchPlanTest, NeverExceedsTheBatchNorFallsBelowOneRow) {
  MicrobatchPlan plan(
      4, {{.from_step = 0, .rows = 64}, {.from_step = 5, .rows = 0}});
  EXPECT_EQ(plan.RowsAt(0), 4);
  EXPECT_EQ(plan.RowsAt(5), 1);
}

}  // namespace
}  // namespace tunesmith::worker
