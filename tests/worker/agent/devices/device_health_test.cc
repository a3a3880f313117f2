#include "worker/agent/devices/device_health.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kNow = absl::Seconds(1000);

DeviceHealth Working() {
  DeviceHealth health;
  health.OnProbeStarted();
  health.OnProbePassed();
  return health;
}

TEST(DeviceHealthTest, DeviceCountsOnceItWasTried) {
  DeviceHealth health;
  EXPECT_FALSE(health.in_service());
  EXPECT_LE(health.next_probe(), kNow);
  health.OnProbeStarted();
  EXPECT_FALSE(health.in_service());
  EXPECT_EQ(health.next_probe(), absl::InfiniteDuration());
  health.OnProbePassed();
  EXPECT_TRUE(health.in_service());
  EXPECT_EQ(health.reason(), "");
  EXPECT_EQ(health.next_probe(), absl::InfiniteDuration());
}

TEST(DeviceHealthTest, PausesBetweenProbesDoubleToTenMinutes) {
  DeviceHealth health;
  for (int seconds : {30, 60, 120, 240, 480, 600, 600}) {
    health.OnProbeStarted();
    health.OnProbeFailed("no", kNow);
    EXPECT_EQ(health.reason(), "no");
    EXPECT_EQ(health.next_probe(), kNow + absl::Seconds(seconds));
  }
  health.OnProbeStarted();
  health.OnProbePassed();
  EXPECT_TRUE(health.in_service());
  health.OnLost(kNow);
  EXPECT_EQ(health.next_probe(), kNow + absl::Seconds(30));
}

TEST(DeviceHealthTest, SecondFailureInARowTakesItOut) {
  DeviceHealth health = Working();
  health.OnFailure("first", kNow);
  EXPECT_TRUE(health.in_service());
  health.OnFailure("second", kNow);
  EXPECT_FALSE(health.in_service());
  EXPECT_THAT(health.reason(),
              AllOf(HasSubstr("twice in a row"), HasSubstr("second")));
  EXPECT_FALSE(health.lost());
  EXPECT_EQ(health.next_probe(), kNow + absl::Seconds(30));
}

TEST(DeviceHealthTest, SuccessInBetweenForgetsAFailure) {
  DeviceHealth health = Working();
  for (int i = 0; i < 3; ++i) {
    health.OnFailure("no", kNow);
    health.OnSuccess();
  }
  EXPECT_TRUE(health.in_service());
}

TEST(DeviceHealthTest, OnlyAProbeBringsItBackAndItStartsAnew) {
  DeviceHealth health = Working();
  health.OnFailure("no", kNow);
  health.OnFailure("no", kNow);
  health.OnSuccess();
  EXPECT_FALSE(health.in_service());
  // What still runs there changes nothing more.
  health.OnFailure("late", kNow + absl::Seconds(29));
  EXPECT_EQ(health.next_probe(), kNow + absl::Seconds(30));
  health.OnProbeStarted();
  health.OnProbePassed();
  EXPECT_TRUE(health.in_service());
  health.OnFailure("no", kNow);
  EXPECT_TRUE(health.in_service());
}

TEST(DeviceHealthTest, LostDeviceIsOutAtOnceUntilAProbePasses) {
  DeviceHealth health = Working();
  health.OnLost(kNow);
  EXPECT_FALSE(health.in_service());
  EXPECT_TRUE(health.lost());
  EXPECT_THAT(health.reason(), HasSubstr("fell off the bus"));
  EXPECT_EQ(health.next_probe(), kNow + absl::Seconds(30));
  health.OnProbeStarted();
  health.OnProbeFailed("still", kNow);
  EXPECT_TRUE(health.lost());
  health.OnProbeStarted();
  health.OnProbePassed();
  EXPECT_FALSE(health.lost());
  EXPECT_TRUE(health.in_service());
}

TEST(DeviceHealthTest, DeviceThatIsLostWhileItIsProbedWaitsForTheProbe) {
  DeviceHealth health;
  health.OnProbeStarted();
  health.OnLost(kNow);
  EXPECT_EQ(health.next_probe(), absl::InfiniteDuration());
  EXPECT_THAT(health.reason(), HasSubstr("fell off the bus"));
}

}  // namespace
}  // namespace tunesmith::worker
