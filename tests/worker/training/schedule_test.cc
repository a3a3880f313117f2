#include "worker/training/schedule.h"

#include <vector>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

constexpr RunLength kTen = {
    .steps_per_epoch = 10, .total_steps = 10, .warmup_steps = 3};

void ExpectFactors(ScheduleKind kind, const RunLength& length,
                   const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(LearningRateFactor(kind, static_cast<int64_t>(i), length),
                expected[i], 1e-15)
        << i;
  }
}

// Printed by transformers 5.23 for 3 warm-up steps of 10.
TEST(LearningRateFactorTest, EqualsTransformers) {
  ExpectFactors(ScheduleKind::kLinear, kTen,
                {0.0, 0.3333333333333333, 0.6666666666666666, 1.0,
                 0.8571428571428571, 0.7142857142857143, 0.5714285714285714,
                 0.42857142857142855, 0.2857142857142857, 0.14285714285714285});
  ExpectFactors(
      ScheduleKind::kCosine, kTen,
      {0.0, 0.3333333333333333, 0.6666666666666666, 1.0, 0.9504844339512095,
       0.8117449009293668, 0.6112604669781572, 0.38873953302184283,
       0.18825509907063326, 0.04951556604879048});
  ExpectFactors(ScheduleKind::kConstant, kTen,
                {0.0, 0.3333333333333333, 0.6666666666666666, 1.0, 1.0, 1.0});
  ExpectFactors(ScheduleKind::kLinear, {4, 4, 0}, {1.0, 0.75, 0.5, 0.25, 0});
}

TrainingOptions Options(double epochs, double warmup) {
  TrainingOptions options;
  options.batch_size = 8;
  options.epochs = epochs;
  options.warmup_fraction = warmup;
  return options;
}

TEST(PlanRunLengthTest, RoundsUpAsTransformersDoes) {
  RunLength length = PlanRunLength(45, Options(1.5, 0.1));
  EXPECT_EQ(length.steps_per_epoch, 6);
  EXPECT_EQ(length.total_steps, 9);
  EXPECT_EQ(length.warmup_steps, 1);
  EXPECT_EQ(PlanRunLength(45, Options(0.01, 0)).total_steps, 1);
  EXPECT_EQ(PlanRunLength(48, Options(1, 0)).steps_per_epoch, 6);
  EXPECT_EQ(PlanRunLength(1, Options(1, 1)).warmup_steps, 1);
}

TEST(PlanRunLengthTest, MaxStepsWins) {
  TrainingOptions options = Options(1, 0.5);
  options.epochs.reset();
  options.max_steps = 7;
  EXPECT_EQ(PlanRunLength(45, options).total_steps, 7);
  EXPECT_EQ(PlanRunLength(45, options).warmup_steps, 4);
}

}  // namespace
}  // namespace tunesmith::worker
