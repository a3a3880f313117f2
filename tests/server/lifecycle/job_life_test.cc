#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "server/lifecycle/artifact_keys.h"
#include "tests/server/lifecycle/job_life_fixture.h"

namespace tunesmith::server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using v1::Job;

TEST_F(JobLifeTest, FromSubmitToAModel) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->set_display_name("My job");
  auto created = plane_.Create(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->job().state(), Job::QUEUED);
  EXPECT_EQ(created->job().last_sequence(), 1);
  EXPECT_THAT(created->unchecked(), IsEmpty());
  EXPECT_EQ(plane_.observer.created, 1);

  plane_.store.clock.Advance(absl::Seconds(5));
  WorkRow row = plane_.Lease().value();
  EXPECT_THAT(plane_.observer.waits, ElementsAre(absl::Seconds(5)));
  const internal::v1::TrainWork& work = row.item.train();
  EXPECT_EQ(work.job(), "jobs/a");
  EXPECT_THAT(work.spec().task().text_classification().labels(),
              ElementsAre("neg", "pos"));
  EXPECT_THAT(work.defaulted_fields(), testing::Contains("seed"));
  EXPECT_THAT(work.parameters(), SizeIs(8));
  EXPECT_EQ(work.training().artifact().key(), "dataset-uid-train/1");
  EXPECT_THAT(work.output_key(), testing::EndsWith("/1"));
  EXPECT_EQ(StateOf("a"), Job::RUNNING);
  EXPECT_EQ(plane_.Job("a").attempt(), 1);

  internal::v1::WorkEvent execution;
  execution.set_sequence(1);
  execution.mutable_execution()->set_microbatch(8);
  internal::v1::WorkEvent evaluation;
  evaluation.set_sequence(3);
  evaluation.mutable_evaluation()->set_phase(v1::Evaluation::EPOCH);
  evaluation.mutable_evaluation()->set_accuracy(0.5);
  internal::v1::WorkEvent newer = evaluation;
  newer.set_sequence(4);
  newer.mutable_evaluation()->set_accuracy(0.75);
  EXPECT_EQ(*plane_.Report(row.lease(), {execution, MetricEvent(2, 1, 0.7),
                                         evaluation, newer}),
            4);
  Job running = plane_.Job("a");
  EXPECT_EQ(running.execution().worker(), "workers/w1");
  ASSERT_THAT(running.evaluations(), SizeIs(1));
  EXPECT_EQ(running.evaluations(0).accuracy(), 0.75);
  EXPECT_EQ(plane_.WorkOf(running.uid())->item.train().execution().microbatch(),
            8);

  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(5, row)}).ok());
  Job done = plane_.Job("a");
  EXPECT_EQ(done.state(), Job::SUCCEEDED);
  EXPECT_EQ(done.output_model(), "models/a");
  EXPECT_EQ(done.last_sequence(), 7);
  EXPECT_FALSE(plane_.WorkOf(done.uid()).has_value());
  EXPECT_FALSE(plane_.leases.NextDeadline().has_value());
  EXPECT_THAT(History("a"),
              ElementsAre(Job::QUEUED, Job::RUNNING, Job::SUCCEEDED));
  EXPECT_THAT(plane_.observer.ended,
              ElementsAre(Pair(Job::SUCCEEDED, v1::ERROR_REASON_UNSPECIFIED)));
  EXPECT_THAT(plane_.observer.released, IsEmpty());

  auto model = plane_.FindModel("a");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->artifact.key(), work.output_key());
  EXPECT_EQ(model->model.uid() + "/1", work.output_key());
  EXPECT_EQ(model->model.origin().job(), "jobs/a");
  EXPECT_EQ(model->model.origin().base_model(), "models/bert");
  EXPECT_EQ(model->model.license(), "MIT");
  EXPECT_EQ(model->model.digest(), "def");
  EXPECT_THAT(model->model.head_labels(), ElementsAre("neg", "pos"));
  EXPECT_THAT(model->model.evaluations(), SizeIs(1));
  EXPECT_THAT(model->facts.parameters(), SizeIs(6));
}

internal::v1::WorkEvent SummaryEvent(int64_t sequence,
                                     const std::string& dataset,
                                     int64_t training_rows) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  event.mutable_data_summary()->set_dataset(dataset);
  event.mutable_data_summary()->set_row_count(100);
  event.mutable_data_summary()->set_training_rows(training_rows);
  return event;
}

TEST_F(JobLifeTest, WhatBecameOfTheRowsIsTheNewestAttempts) {
  Create(JobRequest("a"));
  WorkRow first = plane_.Lease().value();
  ASSERT_TRUE(
      plane_
          .Report(first.lease(), {SummaryEvent(1, "datasets/train", 90),
                                  SummaryEvent(2, "datasets/val", 0),
                                  SummaryEvent(3, "datasets/train", 91)})
          .ok());
  Job job = plane_.Job("a");
  ASSERT_THAT(job.data(), SizeIs(2));
  EXPECT_EQ(job.data(0).training_rows(), 91);
  EXPECT_EQ(job.data(1).dataset(), "datasets/val");
  int told = 0;
  for (const v1::JobEvent& event : plane_.Events(job)) {
    if (!event.has_data_summary()) continue;
    ++told;
    EXPECT_EQ(event.attempt(), 1);
    EXPECT_EQ(event.data_summary().row_count(), 100);
  }
  EXPECT_EQ(told, 3);

  ASSERT_TRUE(plane_.Expire(first.lease()).ok());
  EXPECT_THAT(plane_.Job("a").data(), SizeIs(2));
  plane_.store.clock.Advance(absl::Minutes(1));
  WorkRow second = plane_.Lease().value();
  EXPECT_THAT(plane_.Job("a").data(), IsEmpty());
  ASSERT_TRUE(
      plane_.Report(second.lease(), {SummaryEvent(1, "datasets/train", 90)})
          .ok());
  EXPECT_THAT(plane_.Job("a").data(), SizeIs(1));
}

TEST_F(JobLifeTest, AnEarlyEndIsToldInJobAndEvent) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  internal::v1::WorkEvent success = SuccessEvent(1, row);
  v1::EarlyStop& stop =
      *success.mutable_outcome()->mutable_train()->mutable_early_stop();
  stop.set_step(30);
  stop.set_epoch(3);
  stop.set_best_step(10);
  stop.set_best_value(0.9);
  ASSERT_TRUE(plane_.Report(row.lease(), {success}).ok());
  Job job = plane_.Job("a");
  EXPECT_EQ(job.early_stop().best_step(), 10);
  EXPECT_EQ(plane_.Events(job).back().state_changed().message(),
            "made models/a; stopped early after step 30, best after step 10");

  Create(JobRequest("b"));
  WorkRow other = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(other.lease(), {SuccessEvent(1, other)}).ok());
  EXPECT_FALSE(plane_.Job("b").has_early_stop());
}

TEST_F(JobLifeTest, AResultMayBeTheNextJobsBase) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  v1::CreateJobRequest next = JobRequest("b");
  next.mutable_job()->mutable_spec()->set_base_model("models/a");
  Create(next);
  EXPECT_EQ(StateOf("b"), Job::QUEUED);
}

TEST_F(JobLifeTest, ATakenModelNameGetsANumber) {
  plane_.AddModel("a");
  plane_.AddModel("a-2");
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(plane_.Job("a").output_model(), "models/a-3");
}

TEST_F(JobLifeTest, ARetryableFailureIsRepeatedAfterAPause) {
  Create(JobRequest("a"));
  WorkRow first = plane_.Lease().value();
  ASSERT_TRUE(
      plane_
          .Report(first.lease(),
                  {MetricEvent(1, 1, 0.5),
                   FailureEvent(2, v1::ERROR_REASON_TRAINER_DIED, true)})
          .ok());
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
  EXPECT_FALSE(plane_.Job("a").has_error());
  EXPECT_THAT(plane_.observer.released,
              ElementsAre(first.item.train().output_key()));
  EXPECT_FALSE(plane_.Lease().has_value());

  plane_.store.clock.Advance(absl::Seconds(2));
  WorkRow second = plane_.Lease().value();
  EXPECT_EQ(second.attempt, 2);
  EXPECT_EQ(plane_.Job("a").attempt(), 2);
  EXPECT_NE(second.item.train().output_key(), first.item.train().output_key());
  // The old attempt is dead.
  EXPECT_EQ(
      ErrorReasonOf(
          plane_.Report(first.lease(), {SuccessEvent(3, first)}).status()),
      v1::ERROR_REASON_FENCED);
  ASSERT_TRUE(plane_.Report(second.lease(), {SuccessEvent(1, second)}).ok());
  EXPECT_EQ(StateOf("a"), Job::SUCCEEDED);
  v1::JobEvent retried = plane_.Events(plane_.Job("a"))[3];
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(retried.state_changed().error())),
            v1::ERROR_REASON_TRAINER_DIED);
  EXPECT_EQ(retried.attempt(), 1);
}

TEST_F(JobLifeTest, AfterTheLastAttemptItFails) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->set_max_attempts(2);
  Create(request);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    plane_.store.clock.Advance(absl::Minutes(1));
    ASSERT_TRUE(plane_.Expire(plane_.Lease().value().lease()).ok());
  }
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_WORKER_LOST);
  EXPECT_FALSE(plane_.WorkOf(plane_.Job("a").uid()).has_value());
  EXPECT_THAT(plane_.observer.ended,
              ElementsAre(Pair(Job::FAILED, v1::ERROR_REASON_WORKER_LOST)));
}

TEST_F(JobLifeTest, AFailureThatWouldComeAgainIsFinal) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_UNKNOWN_LABEL, false)})
          .ok());
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_UNKNOWN_LABEL);
}

TEST_F(JobLifeTest, AResultInAnotherPlaceIsNotAccepted) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  internal::v1::WorkEvent event = SuccessEvent(1, row);
  event.mutable_outcome()->mutable_train()->mutable_artifact()->set_key(
      "dataset-uid-train/1");
  ASSERT_TRUE(plane_.Report(row.lease(), {event}).ok());
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_INTERNAL);
  EXPECT_FALSE(plane_.FindModel("a").ok());
  // Not what the worker named: that is somebody's data.
  EXPECT_THAT(plane_.observer.released,
              ElementsAre(row.item.train().output_key()));
}

TEST_F(JobLifeTest, RepeatedEventsAreIgnoredAndGapsRefused) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  EXPECT_EQ(*plane_.Report(row.lease(),
                           {MetricEvent(1, 1, 0.5), MetricEvent(2, 2, 0.4)}),
            2);
  EXPECT_EQ(*plane_.Report(row.lease(),
                           {MetricEvent(1, 1, 0.5), MetricEvent(2, 2, 0.4)}),
            2);
  EXPECT_EQ(*plane_.Report(row.lease(),
                           {MetricEvent(2, 2, 0.4), MetricEvent(3, 3, 0.3)}),
            3);
  EXPECT_EQ(plane_.Job("a").last_sequence(), 5);
  EXPECT_EQ(
      plane_.Report(row.lease(), {MetricEvent(5, 4, 0.2)}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      plane_.Report(row.lease(), {SuccessEvent(4, row), MetricEvent(5, 4, 0.2)})
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StateOf("a"), Job::RUNNING);
}

TEST_F(JobLifeTest, AResultIsNotAcceptedTwice) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(ErrorReasonOf(
                plane_.Report(row.lease(), {SuccessEvent(1, row)}).status()),
            v1::ERROR_REASON_FENCED);
  EXPECT_FALSE(plane_.FindModel("a-2").ok());
}

TEST_F(JobLifeTest, CancellingAWaitingJobIsImmediate) {
  Create(JobRequest("a"));
  auto job = plane_.Cancel("a");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), Job::CANCELLED);
  EXPECT_FALSE(plane_.WorkOf(job->uid()).has_value());
  EXPECT_FALSE(plane_.Lease().has_value());
  // Once more changes nothing.
  EXPECT_EQ(plane_.Cancel("a")->last_sequence(), job->last_sequence());
  EXPECT_EQ(plane_.Job("a").last_sequence(), 2);
}

TEST_F(JobLifeTest, ARunningJobIsCancelledByItsWorker) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  plane_.observer.workers.clear();
  EXPECT_EQ(plane_.Cancel("a")->state(), Job::CANCELLING);
  EXPECT_TRUE(plane_.WorkOf(plane_.Job("a").uid())->stop == StopKind::kCancel);
  EXPECT_THAT(plane_.observer.workers, ElementsAre("w1"));
  EXPECT_EQ(plane_.Cancel("a")->state(), Job::CANCELLING);
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {FailureEvent(1, v1::ERROR_REASON_CANCELLED, true)})
                  .ok());
  EXPECT_EQ(StateOf("a"), Job::CANCELLED);
  EXPECT_FALSE(plane_.Job("a").has_error());
  EXPECT_THAT(plane_.observer.ended,
              ElementsAre(Pair(Job::CANCELLED, v1::ERROR_REASON_CANCELLED)));
}

TEST_F(JobLifeTest, AResultAfterACancelIsThrownAway) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(StateOf("a"), Job::CANCELLED);
  EXPECT_FALSE(plane_.FindModel("a").ok());
  EXPECT_THAT(plane_.observer.released,
              ElementsAre(row.item.train().output_key()));
}

TEST_F(JobLifeTest, ALostWorkerEndsACancel) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_.Expire(row.lease()).ok());
  EXPECT_EQ(StateOf("a"), Job::CANCELLED);
  // Somebody else's news about an old lease mean nothing.
  EXPECT_TRUE(plane_.Expire(row.lease()).ok());
}

TEST_F(JobLifeTest, RunTimeIsCountedOverAttempts) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->mutable_max_run_time()->set_seconds(
      100);
  Create(request);
  WorkRow first = plane_.Lease().value();
  EXPECT_EQ(first.item.train().run_time_left_seconds(), 100);
  plane_.store.clock.Advance(absl::Seconds(40));
  ASSERT_TRUE(plane_.Expire(first.lease()).ok());
  // Waiting does not count.
  plane_.store.clock.Advance(absl::Hours(1));
  WorkRow second = plane_.Lease().value();
  EXPECT_EQ(second.item.train().run_time_left_seconds(), 60);
  plane_.store.clock.Advance(absl::Seconds(60));
  ASSERT_TRUE(plane_.Expire(second.lease()).ok());
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(ReasonOf("a"), v1::ERROR_REASON_RUN_TIME_EXCEEDED);
}

TEST_F(JobLifeTest, OnlyEndedJobsAreDeletedAndNamesComeAgain) {
  Create(JobRequest("a"));
  std::string uid = plane_.Job("a").uid();
  EXPECT_EQ(ErrorReasonOf(plane_.Delete("a")),
            v1::ERROR_REASON_ILLEGAL_TRANSITION);
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_.Delete("a").ok());
  EXPECT_EQ(ErrorReasonOf(plane_.Delete("a")),
            v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  Create(JobRequest("a"));
  EXPECT_NE(plane_.Job("a").uid(), uid);
  EXPECT_EQ(plane_.Job("a").last_sequence(), 1);
}

TEST_F(JobLifeTest, AStaleEtagChangesNothing) {
  Create(JobRequest("a"));
  std::string etag = plane_.Job("a").etag();
  WorkRow row = plane_.Lease().value();
  EXPECT_EQ(ErrorReasonOf(plane_.Cancel("a", etag).status()),
            v1::ERROR_REASON_STALE_ETAG);
  EXPECT_EQ(StateOf("a"), Job::RUNNING);
  // A metric does not change the record.
  etag = plane_.Job("a").etag();
  ASSERT_TRUE(plane_.Report(row.lease(), {MetricEvent(1, 1, 0.5)}).ok());
  EXPECT_TRUE(plane_.Cancel("a", etag).ok());
}

TEST_F(JobLifeTest, AnAttemptWithoutMemoryIsFollowedByOneWithFewerRows) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->set_max_attempts(1);
  Create(request);
  internal::v1::WorkEvent execution;
  execution.set_sequence(1);
  execution.mutable_execution()->set_microbatch(3);
  for (int64_t step : {7, 9}) {
    WorkRow row = plane_.Lease().value();
    ASSERT_TRUE(
        plane_
            .Report(row.lease(),
                    {execution, MetricEvent(2, step, 0.5),
                     FailureEvent(3, v1::ERROR_REASON_OUT_OF_MEMORY, false)})
            .ok());
    ASSERT_EQ(StateOf("a"), Job::QUEUED);
    const v1::Execution plan =
        plane_.WorkOf(plane_.Job("a").uid())->item.train().execution();
    EXPECT_EQ(plan.microbatches().rbegin()->from_step(), step);
    // The next attempt tells what it was given.
    *execution.mutable_execution() = plan;
    plane_.store.clock.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(plane_.Job("a").execution().microbatch(), 1);
  EXPECT_EQ(plane_.Job("a").execution().microbatches_size(), 2);
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {execution,
                   FailureEvent(2, v1::ERROR_REASON_OUT_OF_MEMORY, false)})
          .ok());
  EXPECT_EQ(StateOf("a"), Job::FAILED);
}

TEST_F(JobLifeTest, ADivergedAttemptIsFollowedByOneWithHalfTheRateOnce) {
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->set_max_attempts(1);
  Create(request);
  WorkRow row = plane_.Lease().value();
  auto diverged = [](int64_t sequence) {
    return FailureEvent(sequence, v1::ERROR_REASON_NUMERICAL_FAILURE, false);
  };
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {MetricEvent(1, 4, 0.5), CheckpointEvent(2, row, 4),
                           MetricEvent(3, 9, 7), diverged(4)})
                  .ok());
  ASSERT_EQ(StateOf("a"), Job::QUEUED);
  plane_.store.clock.Advance(absl::Minutes(1));
  row = plane_.Lease().value();
  const auto& cut = row.item.train().execution().learning_rate_cut();
  EXPECT_EQ(cut.from_step(), 4);
  EXPECT_EQ(cut.factor(), 0.5);
  // The step that is done again tells something else, and may.
  ASSERT_TRUE(
      plane_.Report(row.lease(), {MetricEvent(1, 9, 0.25), diverged(2)}).ok());
  int not_reproduced = 0, rolled_back = 0;
  for (const v1::JobEvent& event : plane_.Events(plane_.Job("a"))) {
    not_reproduced +=
        event.finding().code() == v1::Finding::METRIC_NOT_REPRODUCED;
    rolled_back += event.finding().code() == v1::Finding::ROLLED_BACK;
  }
  EXPECT_EQ(not_reproduced, 0);
  EXPECT_EQ(rolled_back, 1);
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_FALSE(plane_.Job("a").latest_checkpoint().empty());
}

// Its learning rate has not been used yet.
TEST_F(JobLifeTest, ABaseModelThatGivesNoNumbersIsNotTriedWithHalfTheRate) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  internal::v1::WorkEvent failure =
      FailureEvent(1, v1::ERROR_REASON_NUMERICAL_FAILURE, false);
  *failure.mutable_outcome()->mutable_error() = ToRpcStatus(
      MakeError(absl::StatusCode::kInvalidArgument,
                v1::ERROR_REASON_NUMERICAL_FAILURE, "before the first step"));
  ASSERT_TRUE(plane_.Report(row.lease(), {failure}).ok());
  EXPECT_EQ(StateOf("a"), Job::FAILED);
  EXPECT_EQ(plane_.Job("a").error().message(), "before the first step");
  for (const v1::JobEvent& event : plane_.Events(plane_.Job("a"))) {
    EXPECT_NE(event.finding().code(), v1::Finding::ROLLED_BACK);
  }
}

TEST_F(JobLifeTest, KeysInUseAreThoseOfRecordsAndOfRunningAttempts) {
  Create(JobRequest("a"));
  auto keys = [&] {
    return plane_.Ask([](Connection& db) { return FindArtifactsInUse(db); })
        .value()
        .keys;
  };
  EXPECT_THAT(keys(), testing::UnorderedElementsAre("dataset-uid-train/1",
                                                    "model-uid-bert/1"));
  WorkRow row = plane_.Lease().value();
  EXPECT_THAT(keys(), Contains(row.item.train().output_key()));
  ASSERT_TRUE(plane_.Expire(row.lease()).ok());
  EXPECT_THAT(keys(), Not(Contains(row.item.train().output_key())));
}

TEST_F(JobLifeTest, WhatIsStoredOutlivesTheProcess) {
  Create(JobRequest("a"));
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.store.Reopen().ok());
  ASSERT_TRUE(plane_.Report(row.lease(), {SuccessEvent(1, row)}).ok());
  EXPECT_EQ(StateOf("a"), Job::SUCCEEDED);
}

}  // namespace
}  // namespace tunesmith::server
