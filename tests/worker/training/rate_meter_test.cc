#include "worker/training/rate_meter.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

TEST(RateMeterTest, ForgetsWhatIsOlderThanTheWindow) {
  RateMeter meter(absl::Seconds(2));
  EXPECT_EQ(meter.PerSecond(), 0);
  meter.Add(100, absl::Seconds(1));
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 100);
  for (int i = 0; i < 3; ++i) meter.Add(10, absl::Seconds(1));
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 10);
}

TEST(RateMeterTest, OneLongEntryStays) {
  RateMeter meter(absl::Seconds(2));
  meter.Add(30, absl::Seconds(10));
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 3);
}

TEST(RateMeterTest, TheUsualRateLeavesTheSlowestOut) {
  RateMeter meter(absl::Minutes(1));
  for (int i = 0; i < 9; ++i) meter.Add(10, absl::Seconds(1));
  meter.Add(10, absl::Seconds(9));
  EXPECT_DOUBLE_EQ(meter.UsualPerSecond(), 10);
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 100.0 / 18);
  // Longer because there was more to do.
  meter.Add(1000, absl::Seconds(99));
  EXPECT_GT(meter.UsualPerSecond(), 9);
}

TEST(RateMeterTest, OfAHandfulAllCount) {
  RateMeter meter(absl::Minutes(1));
  EXPECT_EQ(meter.UsualPerSecond(), 0);
  for (int i = 0; i < 4; ++i) meter.Add(10, absl::Seconds(1));
  meter.Add(10, absl::Seconds(6));
  EXPECT_DOUBLE_EQ(meter.UsualPerSecond(), 5);
}

}  // namespace
}  // namespace tunesmith::worker
