#include "worker/training/schedule.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr RunLength kTen = {
    .steps_per_epoch = 10, .total_steps = 10, .warmup_steps = 3};

void ExpectFactors(const Schedule& schedule, const RunLength& length,
                   const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(LearningRateFactor(schedule, static_cast<int64_t>(i), length),
                expected[i], 1e-15)
        << i;
  }
}

// After the warm-up as printed by transformers 5.23 for 3 warm-up steps of 10;
// its warm-up itself is 0, 1/3, 2/3.
TEST(LearningRateFactorTest, EqualsTransformersAfterTheWarmUp) {
  ExpectFactors({.kind = ScheduleKind::kLinear}, kTen,
                {0.25, 0.5, 0.75, 1.0, 0.8571428571428571, 0.7142857142857143,
                 0.5714285714285714, 0.42857142857142855, 0.2857142857142857,
                 0.14285714285714285});
  ExpectFactors({.kind = ScheduleKind::kCosine}, kTen,
                {0.25, 0.5, 0.75, 1.0, 0.9504844339512095, 0.8117449009293668,
                 0.6112604669781572, 0.38873953302184283, 0.18825509907063326,
                 0.04951556604879048});
  ExpectFactors({.kind = ScheduleKind::kConstant}, kTen,
                {0.25, 0.5, 0.75, 1.0, 1.0, 1.0});
  ExpectFactors({.kind = ScheduleKind::kLinear}, {4, 4, 0},
                {1.0, 0.75, 0.5, 0.25, 0});
}

// Printed by torch 2.11.
TEST(LearningRateFactorTest, OneCycleEqualsTorch) {
  ExpectFactors({.kind = ScheduleKind::kOneCycle}, kTen,
                {0.040000000000000036, 0.52, 1.0, 0.9504846320134737,
                 0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
                 0.18825834605023697, 0.049519367986526286, 4e-06});
  ExpectFactors({.kind = ScheduleKind::kOneCycle,
                 .initial_divisor = 10,
                 .final_divisor = 100},
                {.steps_per_epoch = 20, .total_steps = 20, .warmup_steps = 5},
                {0.09999999999999998, 0.23180194846605362, 0.55,
                 0.8681980515339464, 1.0, 0.9890847265665359, 0.956815956092479,
                 0.9046039886902862, 0.8347307378762497, 0.75025});
}

TEST(LearningRateFactorTest, OneCycleNeedsNoWarmup) {
  Schedule schedule = {.kind = ScheduleKind::kOneCycle};
  RunLength one = {.steps_per_epoch = 1, .total_steps = 1, .warmup_steps = 0};
  EXPECT_EQ(LearningRateFactor(schedule, 0, one), 1);
  RunLength two = {.steps_per_epoch = 2, .total_steps = 2, .warmup_steps = 2};
  EXPECT_NEAR(LearningRateFactor(schedule, 0, two), 1. / 25, 1e-15);
  EXPECT_DOUBLE_EQ(LearningRateFactor(schedule, 1, two), 1);
}

TEST(LearningRateFactorTest, OneStepLearnsAtTheFullRate) {
  for (ScheduleKind kind : {ScheduleKind::kLinear, ScheduleKind::kCosine,
                            ScheduleKind::kConstant, ScheduleKind::kOneCycle}) {
    TrainingOptions options;
    options.schedule = {.kind = kind, .warmup_fraction = 0.3};
    options.max_steps = 1;
    EXPECT_EQ(
        LearningRateFactor(options.schedule, 0, PlanRunLength(8, options)), 1);
  }
}

// Whatever it is made of, no step gets more than the learning rate or less
// than nothing, and it does not jump between two steps of a long run.
TEST(LearningRateFactorTest, StaysInBoundsAndDoesNotJump) {
  for (ScheduleKind kind : {ScheduleKind::kLinear, ScheduleKind::kCosine,
                            ScheduleKind::kOneCycle}) {
    for (int64_t warmup : {100, 300, 999}) {
      RunLength length = {
          .steps_per_epoch = 10, .total_steps = 1000, .warmup_steps = warmup};
      double before = LearningRateFactor({.kind = kind}, 0, length);
      for (int64_t step = 1; step < length.total_steps; ++step) {
        double factor = LearningRateFactor({.kind = kind}, step, length);
        ASSERT_GT(factor, 0);
        ASSERT_LE(factor, 1);
        if (step < warmup) ASSERT_LT(std::abs(factor - before), 0.02);
        before = factor;
      }
    }
  }
}

TrainingOptions Options(double epochs, double warmup) {
  TrainingOptions options;
  options.batch_size = 8;
  options.epochs = epochs;
  options.schedule.warmup_fraction = warmup;
  return options;
}

TEST(PlanRunLengthTest, RoundsEpochsUpAndTheWarmUpDown) {
  RunLength length = PlanRunLength(45, Options(1.5, 0.1));
  EXPECT_EQ(length.steps_per_epoch, 6);
  EXPECT_EQ(length.total_steps, 9);
  EXPECT_EQ(length.warmup_steps, 0);
  EXPECT_EQ(PlanRunLength(45, Options(0.01, 0)).total_steps, 1);
  EXPECT_EQ(PlanRunLength(48, Options(1, 0)).steps_per_epoch, 6);
  EXPECT_EQ(PlanRunLength(1, Options(1, 1)).warmup_steps, 1);
}

TEST(PlanRunLengthTest, MaxStepsWins) {
  TrainingOptions options = Options(1, 0.5);
  options.epochs.reset();
  options.max_steps = 7;
  EXPECT_EQ(PlanRunLength(45, options).total_steps, 7);
  EXPECT_EQ(PlanRunLength(45, options).warmup_steps, 3);
}

// 0.29 * 100 is 28.999999999999996.
TEST(PlanRunLengthTest, AWholeNumberOfStepsStaysOne) {
  TrainingOptions options = Options(1, 0);
  options.epochs.reset();
  for (int percent = 0; percent <= 100; ++percent) {
    options.max_steps = 100;
    options.schedule.warmup_fraction = percent / 100.0;
    EXPECT_EQ(PlanRunLength(45, options).warmup_steps, percent);
  }
}

}  // namespace
}  // namespace tunesmith::worker
