#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/error.h"
#include "server/lifecycle/run_time.h"
#include "tests/server/lifecycle/job_life_fixture.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using v1::Job;

class RetryJobTest : public JobLifeTest {
 protected:
  absl::StatusOr<Job> Retry(const std::string& id,
                            const std::string& etag = "") {
    v1::RetryJobRequest request;
    request.set_name("jobs/" + id);
    request.set_etag(etag);
    return plane_.Change<Job>(request, RetryJob);
  }
  v1::ErrorReason RefusalOf(const std::string& id) {
    return ErrorReasonOf(Retry(id).status());
  }
  // One attempt that ends with a trainer's death, after these events.
  WorkRow FailOnce(std::vector<internal::v1::WorkEvent> before = {}) {
    WorkRow row = plane_.Lease().value();
    std::vector<internal::v1::WorkEvent> events = std::move(before);
    events.push_back(FailureEvent(static_cast<int64_t>(events.size()) + 1,
                                  v1::ERROR_REASON_TRAINER_DIED, true));
    plane_.Report(row.lease(), events).value();
    return row;
  }
  void CreateWithAttempts(const std::string& id, int attempts) {
    v1::CreateJobRequest request = JobRequest(id);
    request.mutable_job()->mutable_spec()->set_max_attempts(attempts);
    Create(request);
  }
  // models/bert or datasets/train go, and another one gets the name.
  void ReplaceDataset() {
    ASSERT_TRUE(plane_
                    .Run([&](Transaction& tx) {
                      return DeleteDataset(tx, plane_.context,
                                           TestControlPlane::kTenant, "train");
                    })
                    .ok());
    NewDataset other;
    other.id = "train";
    other.uid = "another-uid";
    other.file_name = "train.csv";
    other.artifact.set_key("another-uid/1");
    ASSERT_TRUE(plane_
                    .Run([&](Transaction& tx) {
                      return CreateDataset(tx, plane_.context,
                                           TestControlPlane::kTenant, other);
                    })
                    .ok());
  }
};

TEST_F(RetryJobTest, AFailedJobGoesOnAtItsNewestCheckpointWithNewAttempts) {
  CreateWithAttempts("a", 1);
  WorkRow first = plane_.Lease().value();
  internal::v1::WorkEvent execution;
  execution.set_sequence(1);
  execution.mutable_execution()->set_device("cpu");
  execution.mutable_execution()->set_microbatch(8);
  plane_
      .Report(first.lease(),
              {execution, MetricEvent(2, 1, 0.5), CheckpointEvent(3, first, 10),
               FailureEvent(4, v1::ERROR_REASON_TRAINER_DIED, true)})
      .value();
  ASSERT_EQ(StateOf("a"), Job::FAILED);
  const Job failed = plane_.Job("a");

  auto retried = Retry("a", failed.etag());
  ASSERT_TRUE(retried.ok()) << retried.status();
  EXPECT_EQ(retried->state(), Job::QUEUED);
  EXPECT_FALSE(retried->has_error());
  EXPECT_FALSE(retried->has_end_time());
  EXPECT_EQ(retried->last_sequence(), failed.last_sequence() + 1);
  EXPECT_GT(plane_.observer.work_available, 0);

  std::optional<WorkRow> row = plane_.Lease();
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->attempt, first.attempt + 1);
  EXPECT_GT(row->fence, first.fence);
  EXPECT_EQ(row->max_attempts, first.attempt + 1);
  const internal::v1::TrainWork& work = row->item.train();
  ASSERT_EQ(work.checkpoints_size(), 1);
  EXPECT_EQ(work.checkpoints(0).step(), 10);
  EXPECT_NE(work.checkpoint_group(), first.item.train().checkpoint_group());
  EXPECT_NE(work.output_key(), first.item.train().output_key());
  // The last bits depend on how it was computed before.
  EXPECT_EQ(work.execution().microbatch(), 8);
  EXPECT_EQ(work.execution().device(), "cpu");
  EXPECT_EQ(plane_.Job("a").attempt(), 2);
  // What the first attempt still says is of no meaning.
  EXPECT_EQ(
      plane_.Report(first.lease(), {MetricEvent(5, 2, 0.4)}).status().code(),
      absl::StatusCode::kAborted);

  ASSERT_TRUE(plane_.Report(row->lease(), {SuccessEvent(1, *row)}).ok());
  EXPECT_THAT(History("a"),
              ElementsAre(Job::QUEUED, Job::RUNNING, Job::FAILED, Job::QUEUED,
                          Job::RUNNING, Job::SUCCEEDED));
  std::vector<v1::JobEvent> events = plane_.Events(plane_.Job("a"));
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    EXPECT_GE(events[i].attempt(), i == 0 ? 0 : events[i - 1].attempt());
  }
}

TEST_F(RetryJobTest, EachRetryGrantsItsAttempts) {
  CreateWithAttempts("a", 2);
  for (int round = 0; round < 3; ++round) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      SCOPED_TRACE(2 * round + attempt);
      FailOnce();
      EXPECT_EQ(StateOf("a"), attempt == 0 ? Job::QUEUED : Job::FAILED);
      plane_.store.clock.Advance(absl::Minutes(10));
      plane_.Run([](Transaction& tx) { return WorkQueue::EndDelays(tx, 10); })
          .value();
    }
    ASSERT_TRUE(Retry("a").ok());
  }
  EXPECT_EQ(plane_.Job("a").attempt(), 6);
}

TEST_F(RetryJobTest, WithoutACheckpointItBeginsAnew) {
  CreateWithAttempts("a", 1);
  FailOnce();
  ASSERT_TRUE(Retry("a").ok());
  WorkRow row = plane_.Lease().value();
  EXPECT_EQ(row.item.train().checkpoints_size(), 0);
}

TEST_F(RetryJobTest, ACancelledJobGoesOnToo) {
  Create(JobRequest("a"));
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(Retry("a").ok());
  EXPECT_TRUE(plane_.Lease().has_value());
}

TEST_F(RetryJobTest, OneThatWasCancelledWhileItsInputsWereLookedAtIsResolved) {
  plane_.Upload("late").value();
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->mutable_data()->set_test(
      "datasets/late");
  Create(request);
  ASSERT_EQ(StateOf("a"), Job::VALIDATING);
  ASSERT_TRUE(plane_.Cancel("a").ok());
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_RESOURCE_NOT_READY);
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {InspectedEvent(1, SampleDataset("datasets/late",
                                                   {{"pos", 6}, {"neg", 4}}))})
          .ok());
  auto retried = Retry("a");
  ASSERT_TRUE(retried.ok()) << retried.status();
  EXPECT_GT(retried->resolved_spec().hyperparameters().batch_size(), 0);
  EXPECT_TRUE(plane_.Lease().has_value());
}

TEST_F(RetryJobTest, WhatHasNotEndedOrSucceededIsRefused) {
  Create(JobRequest("a"));
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_ILLEGAL_TRANSITION);
  WorkRow row = plane_.Lease().value();
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_ILLEGAL_TRANSITION);
  plane_.Report(row.lease(), {SuccessEvent(1, row)}).value();
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_ILLEGAL_TRANSITION);
  EXPECT_EQ(RefusalOf("none"), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
}

TEST_F(RetryJobTest, ASpecThatNeverFittedIsRefusedWithTheWayOut) {
  plane_.Upload("late").value();
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->mutable_data()->set_test(
      "datasets/late");
  Create(request);
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  plane_
      .Report(row.lease(),
              {FailureEvent(1, v1::ERROR_REASON_MALFORMED_FILE, false)})
      .value();
  ASSERT_EQ(StateOf("a"), Job::FAILED);
  absl::Status refused = Retry("a").status();
  EXPECT_EQ(ErrorReasonOf(refused), v1::ERROR_REASON_ILLEGAL_TRANSITION);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("create another one"));
}

TEST_F(RetryJobTest, AnInputUnderAnOldNameIsNotTakenForTheSame) {
  CreateWithAttempts("a", 1);
  FailOnce();
  ReplaceDataset();
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_INPUT_CHANGED);
  EXPECT_EQ(StateOf("a"), Job::FAILED);
}

TEST_F(RetryJobTest, ARepetitionOfAnotherJobIsRefused) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  plane_.Report(row.lease(), {SuccessEvent(1, row)}).value();
  ASSERT_TRUE(plane_.Reproduce("a", "again").ok());
  ASSERT_TRUE(plane_.Cancel("again").ok());
  EXPECT_EQ(RefusalOf("again"), v1::ERROR_REASON_ILLEGAL_TRANSITION);
}

TEST_F(RetryJobTest, AForkGoesOnAsAFork) {
  CreateWithAttempts("a", 1);
  WorkRow row = plane_.Lease().value();
  plane_
      .Report(row.lease(), {CheckpointEvent(1, row, 10), SuccessEvent(2, row)})
      .value();
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a/checkpoints/10");
  fork.set_job_id("b");
  fork.mutable_job()->mutable_spec()->mutable_hyperparameters()->set_max_steps(
      100);
  auto forked = plane_.Fork(fork);
  ASSERT_TRUE(forked.ok()) << forked.status();
  WorkRow first = plane_.Lease().value();
  ASSERT_TRUE(first.item.train().is_fork());
  ASSERT_TRUE(plane_.Cancel("b").ok());
  plane_
      .Report(first.lease(),
              {FailureEvent(1, v1::ERROR_REASON_CANCELLED, false)})
      .value();
  ASSERT_EQ(StateOf("b"), Job::CANCELLED);
  ASSERT_TRUE(Retry("b").ok());
  WorkRow second = plane_.Lease().value();
  EXPECT_TRUE(second.item.train().is_fork());
  EXPECT_EQ(second.item.train().first_step(), 10);
  EXPECT_EQ(second.item.train().checkpoints(0).step(), 10);
}

TEST_F(RetryJobTest, AFullQueueRefusesIt) {
  CreateWithAttempts("a", 1);
  FailOnce();
  plane_.context.max_live_jobs = 1;
  Create(JobRequest("b"));
  EXPECT_EQ(RefusalOf("a"), v1::ERROR_REASON_QUEUE_FULL);
}

TEST_F(RetryJobTest, RunTimeCountsFromTheRetry) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->set_max_attempts(1);
  request.mutable_job()->mutable_spec()->mutable_max_run_time()->set_seconds(
      60);
  Create(request);
  WorkRow row = plane_.Lease().value();
  plane_.store.clock.Advance(absl::Seconds(61));
  plane_
      .Report(row.lease(),
              {FailureEvent(1, v1::ERROR_REASON_TRAINER_DIED, true)})
      .value();
  ASSERT_TRUE(Retry("a").ok());
  EXPECT_EQ(plane_.Lease()->item.train().run_time_left_seconds(), 60);
}

TEST_F(RetryJobTest, ALostWorkerCostsNoPauseAndACrashDoes) {
  CreateWithAttempts("a", 3);
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Expire(row.lease()).ok());
  std::optional<WorkRow> second = plane_.Lease();
  ASSERT_TRUE(second.has_value());
  plane_
      .Report(second->lease(),
              {FailureEvent(1, v1::ERROR_REASON_TRAINER_DIED, true)})
      .value();
  EXPECT_FALSE(plane_.Lease().has_value());
}

TEST_F(RetryJobTest, BadDataIsNotTriedAgainWhateverTheWorkerSays) {
  CreateWithAttempts("a", 3);
  WorkRow row = plane_.Lease().value();
  internal::v1::WorkEvent event;
  event.set_sequence(1);
  *event.mutable_outcome()->mutable_error() =
      ToRpcStatus(MakeError(absl::StatusCode::kInvalidArgument,
                            v1::ERROR_REASON_UNKNOWN_COLUMN, "no such column"));
  event.mutable_outcome()->set_retryable(true);
  plane_.Report(row.lease(), {event}).value();
  EXPECT_EQ(StateOf("a"), Job::FAILED);
}

}  // namespace
}  // namespace tunesmith::server
