// Checkpoints and pauses as users and workers cause them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/lifecycle/artifact_keys.h"
#include "server/lifecycle/checkpoint_table.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Job;

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    plane_.AddInputs();
    ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  }

  Job::State State() { return plane_.Job("a").state(); }

  std::vector<int64_t> Steps() {
    std::vector<int64_t> steps;
    auto rows = plane_.Ask([&](Connection& db) {
      return CheckpointTable::List(
          db, {TestControlPlane::kTenant, plane_.Job("a").uid()});
    });
    for (const CheckpointRow& row : rows.value()) {
      steps.push_back(row.checkpoint.step());
    }
    return steps;
  }

  static std::vector<int64_t> OfferedSteps(const WorkRow& row) {
    std::vector<int64_t> steps;
    for (const auto& checkpoint : row.item.train().checkpoints()) {
      steps.push_back(checkpoint.step());
    }
    return steps;
  }

  // As the worker gets it: with what the start of the attempt put in.
  WorkRow Lease() {
    plane_.Lease().value();
    return plane_.WorkOf(plane_.Job("a").uid()).value();
  }

  TestControlPlane plane_;
};

TEST_F(CheckpointTest, NewestAndBestAreKeptAndTheOthersGo) {
  WorkRow row = Lease();
  EXPECT_THAT(OfferedSteps(row), IsEmpty());
  ASSERT_TRUE(plane_
                  .Report(row.lease(), {CheckpointEvent(1, row, 10, true),
                                        CheckpointEvent(2, row, 20),
                                        CheckpointEvent(3, row, 30)})
                  .ok());
  EXPECT_THAT(Steps(), ElementsAre(30, 20, 10));
  ASSERT_TRUE(plane_.Report(row.lease(), {CheckpointEvent(4, row, 40)}).ok());
  EXPECT_THAT(Steps(), ElementsAre(40, 30, 10));
  std::string group = row.item.train().checkpoint_group();
  EXPECT_THAT(plane_.observer.released, ElementsAre(group + "/20"));
  EXPECT_EQ(plane_.Job("a").latest_checkpoint(), "jobs/a/checkpoints/40");
  EXPECT_EQ(plane_.Job("a").best_checkpoint(), "jobs/a/checkpoints/10");
  EXPECT_EQ(plane_.Events(plane_.Job("a")).back().checkpoint().step(), 40);
}

TEST_F(CheckpointTest, TheNextAttemptIsOfferedWhatThereIs) {
  WorkRow first = Lease();
  ASSERT_TRUE(
      plane_
          .Report(first.lease(),
                  {CheckpointEvent(1, first, 10), CheckpointEvent(2, first, 20),
                   FailureEvent(3, v1::ERROR_REASON_TRAINER_DIED, true)})
          .ok());
  plane_.store.clock.Advance(absl::Minutes(1));
  WorkRow second = Lease();
  EXPECT_THAT(OfferedSteps(second), ElementsAre(20, 10));
  EXPECT_NE(second.item.train().checkpoint_group(),
            first.item.train().checkpoint_group());
  // It went on from 10: what lies beyond it belongs to no history any more.
  ASSERT_TRUE(
      plane_.Report(second.lease(), {CheckpointEvent(1, second, 15)}).ok());
  EXPECT_THAT(Steps(), ElementsAre(15, 10));
  // The same step again takes the earlier one's place.
  ASSERT_TRUE(
      plane_.Report(second.lease(), {CheckpointEvent(2, second, 15)}).ok());
  EXPECT_THAT(Steps(), ElementsAre(15, 10));
}

TEST_F(CheckpointTest, AReportThatPointsElsewhereIsRefused) {
  WorkRow row = Lease();
  internal::v1::WorkEvent event = CheckpointEvent(1, row, 10);
  event.mutable_checkpoint()->mutable_artifact()->set_key("else/10");
  EXPECT_EQ(plane_.Report(row.lease(), {event}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Steps(), IsEmpty());
}

TEST_F(CheckpointTest, FilesOfRecordedAndRunningCheckpointsAreInUse) {
  WorkRow row = Lease();
  auto used = [&] {
    return plane_.Ask([](Connection& db) { return FindArtifactsInUse(db); })
        .value();
  };
  std::string group = row.item.train().checkpoint_group();
  EXPECT_TRUE(used().Contains(group + "/7"));
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {CheckpointEvent(1, row, 10), SuccessEvent(2, row)})
                  .ok());
  EXPECT_TRUE(used().Contains(group + "/10"));
  EXPECT_FALSE(used().Contains(group + "/7"));
  ASSERT_TRUE(plane_.Delete("a").ok());
  EXPECT_THAT(plane_.observer.released, Contains(group + "/10"));
  EXPECT_FALSE(used().Contains(group + "/10"));
}

TEST_F(CheckpointTest, AnAttemptThatEndsClosesItsGroup) {
  WorkRow row = Lease();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_TRAINER_DIED, true)})
          .ok());
  EXPECT_THAT(plane_.observer.closed,
              ElementsAre(row.item.train().checkpoint_group()));
}

TEST_F(CheckpointTest, AWaitingJobPausesAtOnce) {
  EXPECT_EQ(plane_.Pause("a")->state(), Job::PAUSED);
  EXPECT_FALSE(plane_.Lease().has_value());
  EXPECT_EQ(plane_.Pause("a")->state(), Job::PAUSED);
  EXPECT_EQ(plane_.Resume("a")->state(), Job::QUEUED);
  EXPECT_EQ(plane_.Resume("a").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(plane_.Lease().has_value());
}

TEST_F(CheckpointTest, ARunningJobPausesAtACheckpointAndGoesOnFromIt) {
  WorkRow row = Lease();
  plane_.observer.workers.clear();
  EXPECT_EQ(plane_.Pause("a")->state(), Job::PAUSING);
  EXPECT_EQ(plane_.WorkOf(plane_.Job("a").uid())->stop, StopKind::kSuspend);
  EXPECT_THAT(plane_.observer.workers, ElementsAre("w1"));
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {CheckpointEvent(1, row, 3), SuspendedEvent(2)})
          .ok());
  EXPECT_EQ(State(), Job::PAUSED);
  EXPECT_FALSE(plane_.Lease().has_value());
  ASSERT_TRUE(plane_.Resume("a").ok());
  WorkRow next = Lease();
  EXPECT_THAT(OfferedSteps(next), ElementsAre(3));
  EXPECT_EQ(next.stop, StopKind::kNone);
}

TEST_F(CheckpointTest, PausesDoNotUseUpAttempts) {
  for (int i = 0; i < 10; ++i) {
    WorkRow row = Lease();
    ASSERT_TRUE(plane_.Pause("a").ok());
    ASSERT_TRUE(plane_.Report(row.lease(), {SuspendedEvent(1)}).ok());
    ASSERT_EQ(State(), Job::PAUSED);
    ASSERT_TRUE(plane_.Resume("a").ok());
  }
  WorkRow row = Lease();
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(State(), Job::SUCCEEDED);
}

TEST_F(CheckpointTest, AnAttemptThatFailsWhileItPausesLeavesThePausedJob) {
  WorkRow row = Lease();
  ASSERT_TRUE(plane_.Pause("a").ok());
  ASSERT_TRUE(plane_.Expire(row.lease()).ok());
  EXPECT_EQ(State(), Job::PAUSED);
  plane_.store.clock.Advance(absl::Minutes(1));
  EXPECT_FALSE(plane_.Lease().has_value());
  ASSERT_TRUE(plane_.Resume("a").ok());
  EXPECT_TRUE(plane_.Lease().has_value());
}

TEST_F(CheckpointTest, AJobThatEndsBeforeItPausesHasEnded) {
  WorkRow row = Lease();
  ASSERT_TRUE(plane_.Pause("a").ok());
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(State(), Job::SUCCEEDED);
}

TEST_F(CheckpointTest, APausedJobCanBeCancelled) {
  ASSERT_TRUE(plane_.Pause("a").ok());
  EXPECT_EQ(plane_.Cancel("a")->state(), Job::CANCELLED);
  EXPECT_FALSE(plane_.WorkOf(plane_.Job("a").uid()).has_value());
}

TEST_F(CheckpointTest, ACancelOverridesAPause) {
  WorkRow row = Lease();
  ASSERT_TRUE(plane_.Pause("a").ok());
  EXPECT_EQ(plane_.Cancel("a")->state(), Job::CANCELLING);
  EXPECT_EQ(plane_.WorkOf(plane_.Job("a").uid())->stop, StopKind::kCancel);
  ASSERT_TRUE(plane_.Report(row.lease(), {SuspendedEvent(1)}).ok());
  EXPECT_EQ(State(), Job::CANCELLED);
}

TEST_F(CheckpointTest, AWorkerThatStopsGivesItsJobBack) {
  WorkRow row = Lease();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {CheckpointEvent(1, row, 3), SuspendedEvent(2)})
          .ok());
  EXPECT_EQ(State(), Job::QUEUED);
  EXPECT_THAT(OfferedSteps(Lease()), ElementsAre(3));
}

}  // namespace
}  // namespace tunesmith::server
