#include "server/workers/place_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/lifecycle/wire_time.h"

namespace tunesmith::server {
namespace {

const absl::Time kWall = absl::FromUnixSeconds(1'700'000'000);

TEST(PlaceHealthTest, RestsDoubleUpToTheLongest) {
  PlaceHealth health;
  absl::Duration now = absl::Seconds(100);
  for (int seconds : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
    health.Fail(v1::PLACE_FAULT_DISK, "full", now);
    EXPECT_EQ(health.resume() - now, absl::Seconds(seconds));
    EXPECT_TRUE(health.rests(health.resume() - absl::Nanoseconds(1)));
    EXPECT_FALSE(health.rests(health.resume()));
    now = health.resume();
  }
}

TEST(PlaceHealthTest, WhatFailsDuringARestCountsWithIt) {
  PlaceHealth health;
  for (int i = 0; i < 10; ++i) {
    health.Fail(v1::PLACE_FAULT_STAGING, "gone", absl::ZeroDuration());
  }
  EXPECT_FALSE(health.quarantined());
  EXPECT_EQ(health.resume(), absl::Seconds(1));
  v1::Worker::Health told = health.Describe(absl::ZeroDuration(), kWall);
  EXPECT_EQ(told.consecutive_failures(), 1);
  ASSERT_EQ(told.failures_size(), 1);
  EXPECT_EQ(told.failures(0).fault(), v1::PLACE_FAULT_STAGING);
  EXPECT_EQ(told.failures(0).count(), 10);
}

TEST(PlaceHealthTest, QuarantineEndsInAProbeAndAProbeInHealth) {
  PlaceHealth health;
  absl::Duration now;
  for (int i = 0; i < PlaceHealth::kQuarantine; ++i) {
    EXPECT_FALSE(health.quarantined());
    now = std::max(now, health.resume());
    health.Fail(v1::PLACE_FAULT_START, "no such file", now);
  }
  EXPECT_TRUE(health.quarantined());
  v1::Worker::Health told = health.Describe(now, kWall);
  EXPECT_EQ(FromWireTime(told.resume_time()), kWall + absl::Seconds(16));
  EXPECT_EQ(told.message(), "no such file");
  EXPECT_FALSE(told.probing());
  told = health.Describe(health.resume(), kWall);
  EXPECT_FALSE(told.has_resume_time());
  EXPECT_TRUE(told.probing());

  health.Recover();
  EXPECT_FALSE(health.quarantined());
  told = health.Describe(now, kWall);
  EXPECT_EQ(told.consecutive_failures(), 0);
  EXPECT_EQ(told.message(), "");
  EXPECT_FALSE(told.has_resume_time());
  // What was is not forgotten.
  EXPECT_EQ(told.failures(0).count(), PlaceHealth::kQuarantine);
}

}  // namespace
}  // namespace tunesmith::server
