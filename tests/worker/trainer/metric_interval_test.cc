#include "worker/trainer/metric_interval.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(MetricIntervalTest, ShortRunsReportEveryStep) {
  for (int64_t step = 1; step <= kMaxMetricSteps; ++step) {
    EXPECT_TRUE(IsMetricStep(step, kMaxMetricSteps));
  }
}

TEST(MetricIntervalTest, LongRunsReportABoundedNumberWithFirstAndLast) {
  for (int64_t total : {2001, 4000, 4001, 123457}) {
    int64_t reported = 0;
    for (int64_t step = 1; step <= total; ++step) {
      reported += IsMetricStep(step, total);
    }
    EXPECT_LE(reported, kMaxMetricSteps + 2) << total;
    EXPECT_GE(reported, kMaxMetricSteps / 2) << total;
    EXPECT_TRUE(IsMetricStep(1, total));
    EXPECT_TRUE(IsMetricStep(total, total));
  }
  EXPECT_FALSE(IsMetricStep(2, 123457));
}

TEST(MetricIntervalTest, TotalStepsCountTheSmallerLastBatch) {
  EXPECT_EQ(TotalSteps(100, 32, 3.0, std::nullopt), 12);
  EXPECT_EQ(TotalSteps(96, 32, 0.5, std::nullopt), 2);
  EXPECT_EQ(TotalSteps(100, 32, std::nullopt, 7), 7);
}

}  // namespace
}  // namespace tunesmith::worker
