#include "worker/training/checkpoint_schedule.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr absl::Duration kStart = absl::Seconds(1000);

TEST(CheckpointScheduleTest, PeriodInTimeCountsFromTheLastOne) {
  CheckpointSchedule schedule({.period = absl::Seconds(300)}, 0, kStart);
  EXPECT_FALSE(schedule.IsDue(9, kStart + absl::Seconds(299), false));
  EXPECT_TRUE(schedule.IsDue(10, kStart + absl::Seconds(300), false));
  schedule.Taken(10, kStart + absl::Seconds(300));
  EXPECT_FALSE(schedule.IsDue(11, kStart + absl::Seconds(301), false));
  EXPECT_TRUE(schedule.IsDue(20, kStart + absl::Seconds(600), false));
}

TEST(CheckpointScheduleTest, BestWeightsDoNotWaitForThePeriod) {
  CheckpointSchedule schedule({.period = absl::Seconds(300)}, 0, kStart);
  EXPECT_FALSE(schedule.IsDue(5, kStart + absl::Seconds(29), true));
  EXPECT_TRUE(schedule.IsDue(5, kStart + absl::Seconds(30), true));
  CheckpointSchedule often({.period = absl::Seconds(2)}, 0, kStart);
  EXPECT_TRUE(often.IsDue(5, kStart + absl::Seconds(2), true));
}

TEST(CheckpointScheduleTest, PeriodInStepsLooksAtTheStepAlone) {
  for (int64_t start : {0, 3}) {
    CheckpointSchedule schedule({.period_steps = 5}, start, kStart);
    EXPECT_FALSE(schedule.IsDue(4, kStart + absl::Hours(9), false));
    EXPECT_TRUE(schedule.IsDue(5, kStart, false));
    EXPECT_TRUE(schedule.IsDue(10, kStart, false));
    EXPECT_TRUE(schedule.IsDue(7, kStart, true));
  }
}

TEST(CheckpointScheduleTest, AStepHasOneCheckpoint) {
  CheckpointSchedule schedule({.period_steps = 5}, 0, kStart);
  schedule.Taken(5, kStart);
  EXPECT_FALSE(schedule.IsDue(5, kStart, true));
  EXPECT_FALSE(schedule.IsDue(5, kStart, false));
}

TEST(CheckpointScheduleTest, WithoutAPeriodThereAreNone) {
  CheckpointSchedule schedule({}, 0, kStart);
  EXPECT_FALSE(schedule.IsDue(1000, kStart + absl::Hours(24), false));
}

}  // namespace
}  // namespace tunesmith::worker
