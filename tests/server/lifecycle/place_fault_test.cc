#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/lifecycle/job_life_fixture.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using v1::Job;

class PlaceFaultTest : public JobLifeTest {
 protected:
  WorkRow LeaseAt(const std::string& worker) {
    return plane_.Lease(v1::Slot::TRAINING, 0, worker).value();
  }
  // One attempt that the worker's disk ends.
  void FailAt(const std::string& worker) {
    WorkRow row = LeaseAt(worker);
    auto stored =
        plane_.Report(row.lease(), {PlaceFaultEvent(1, v1::PLACE_FAULT_DISK)});
    ASSERT_TRUE(stored.ok()) << stored.status();
  }
};

TEST_F(PlaceFaultTest, CostsNoAttemptAndIsToldOfTheWorker) {
  Create(JobRequest("a"));
  const int attempts = LeaseAt("w1").max_attempts;
  ASSERT_TRUE(
      plane_.Expire(plane_.WorkOf(plane_.Job("a").uid())->lease()).ok());
  plane_.store.clock.Advance(absl::Minutes(1));
  FailAt("w1");
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
  EXPECT_THAT(plane_.observer.failed,
              ElementsAre(Pair("w1", v1::PLACE_FAULT_DISK)));
  // As many attempts are left as before it.
  WorkRow row = LeaseAt("w2");
  EXPECT_EQ(row.max_attempts - row.attempt, attempts - 2);
}

TEST_F(PlaceFaultTest, ItIsRememberedWhereTheItemFailed) {
  Create(JobRequest("a"));
  FailAt("w1");
  std::vector<PlaceFaults::FailedItem> failed = plane_.places.FailedAt("w1");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].uid, plane_.WorkOf(plane_.Job("a").uid())->uid);
  EXPECT_EQ(failed[0].needs.purpose, v1::Slot::TRAINING);
  EXPECT_THAT(plane_.places.FailedAt("w2"), IsEmpty());
}

TEST_F(PlaceFaultTest, FiveFaultsOnSeveralWorkersFailTheJob) {
  Create(JobRequest("a"));
  for (const char* worker : {"w1", "w2", "w1", "w2"}) FailAt(worker);
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
  FailAt("w1");
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_PLACE_FAILED);
  EXPECT_EQ(plane_.Job("a").error().code(),
            static_cast<int>(absl::StatusCode::kAborted));
  EXPECT_THAT(plane_.Job("a").error().message(),
              testing::HasSubstr("5 faults on 2 workers"));
  EXPECT_THAT(plane_.places.FailedAt("w1"), IsEmpty());
}

TEST_F(PlaceFaultTest, EightFaultsOnTheOnlyWorkerFailTheJob) {
  Create(JobRequest("a"));
  for (int i = 0; i < 7; ++i) FailAt("w1");
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
  FailAt("w1");
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_PLACE_FAILED);
}

TEST_F(PlaceFaultTest, ACheckpointMakesUpForEarlierFaults) {
  Create(JobRequest("a"));
  for (const char* worker : {"w1", "w2", "w1", "w2"}) FailAt(worker);
  WorkRow row = LeaseAt("w1");
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {CheckpointEvent(1, row, 10),
                                PlaceFaultEvent(2, v1::PLACE_FAULT_HANG)})
          .ok());
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
  EXPECT_THAT(plane_.observer.worked, testing::Contains("w1"));
}

TEST_F(PlaceFaultTest, ACancelledJobIsStoppedAndNotMoved) {
  Create(JobRequest("a"));
  WorkRow row = LeaseAt("w1");
  plane_.Cancel("a").value();
  ASSERT_TRUE(
      plane_.Report(row.lease(), {PlaceFaultEvent(1, v1::PLACE_FAULT_HANG)})
          .ok());
  EXPECT_EQ(StateOf("a"), Job::CANCELLED);
  EXPECT_THAT(plane_.observer.failed, IsEmpty());
}

TEST_F(PlaceFaultTest, OnlyWhatTheJobDidSaysThatThePlaceIsWell) {
  plane_.observer.worked.clear();
  Create(JobRequest("a"));
  WorkRow row = LeaseAt("w1");
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {FailureEvent(1, v1::ERROR_REASON_TRAINER_DIED,
                                             /*retryable=*/true)})
          .ok());
  EXPECT_THAT(plane_.observer.worked, IsEmpty());
  plane_.store.clock.Advance(absl::Minutes(1));
  row = LeaseAt("w1");
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {FailureEvent(1, v1::ERROR_REASON_BAD_ROW,
                                             /*retryable=*/false)})
          .ok());
  EXPECT_THAT(plane_.observer.worked, ElementsAre("w1"));
}

TEST_F(PlaceFaultTest, ADatasetIsLookedAtElsewhereAsWell) {
  plane_.Upload("more").value();
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_.Report(row.lease(), {PlaceFaultEvent(1, v1::PLACE_FAULT_STAGING)})
          .ok());
  EXPECT_EQ(plane_.Dataset("more").state(), v1::Dataset::INSPECTING);
  EXPECT_TRUE(plane_.Lease(v1::Slot::AUXILIARY, 0, "w2").has_value());
}

TEST(PlaceFaultsTest, TheOldestItemIsForgottenBeyondTheLimit) {
  PlaceFaults places;
  for (size_t i = 0; i <= PlaceFaults::kMaxItems; ++i) {
    places.Add("item-" + std::to_string(i), {}, "w1");
  }
  EXPECT_EQ(places.FailedAt("w1").size(), PlaceFaults::kMaxItems);
  EXPECT_EQ(places.TallyWith("item-0", "w1").faults, 1);
  EXPECT_EQ(places.TallyWith("item-1", "w1").faults, 2);
  EXPECT_EQ(places.TallyWith("item-1", "w2").workers, 2);
}

}  // namespace
}  // namespace tunesmith::server
