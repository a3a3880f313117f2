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

}  // namespace
}  // namespace tunesmith::worker
