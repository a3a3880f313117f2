#include "server/api/start_estimate.h"

#include "gtest/gtest.h"

namespace tunesmith::server {
namespace {

StartFacts TwoSlots(int64_t position) {
  return {.position = position,
          .left = {absl::Minutes(7), absl::Minutes(3)},
          .mean_run = absl::Minutes(10)};
}

TEST(StartEstimateTest, EachSlotTakesTheNextOneWhenItBecomesFree) {
  EXPECT_EQ(EstimateStart(TwoSlots(1)), absl::Minutes(3));
  EXPECT_EQ(EstimateStart(TwoSlots(2)), absl::Minutes(7));
  EXPECT_EQ(EstimateStart(TwoSlots(3)), absl::Minutes(13));
  EXPECT_EQ(EstimateStart(TwoSlots(6)), absl::Minutes(27));
}

TEST(StartEstimateTest, AFreeSlotMeansNow) {
  EXPECT_EQ(EstimateStart({.position = 1, .free_slots = 1}),
            absl::ZeroDuration());
}

TEST(StartEstimateTest, AJobThatDoesNotSayIsTakenForAnOrdinaryOne) {
  EXPECT_EQ(
      EstimateStart({.left = {std::nullopt}, .mean_run = absl::Minutes(10)}),
      absl::Minutes(10));
}

TEST(StartEstimateTest, NothingIsSaidWhereNothingIsKnown) {
  EXPECT_FALSE(EstimateStart({}).has_value());
  EXPECT_FALSE(EstimateStart({.left = {std::nullopt}}).has_value());
  EXPECT_FALSE(
      EstimateStart({.position = 2, .left = {absl::Minutes(1)}}).has_value());
}

}  // namespace
}  // namespace tunesmith::server
