// Jobs that repeat another job and say whether the bits agree.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Comparison;
using v1::Job;

internal::v1::WorkEvent ExecutionEvent(int64_t sequence,
                                       const std::string& device_name) {
  internal::v1::WorkEvent event;
  event.set_sequence(sequence);
  v1::Execution& execution = *event.mutable_execution();
  execution.set_device("cpu");
  execution.set_device_name(device_name);
  execution.set_precision(v1::Hyperparameters::FP32);
  execution.set_deterministic(true);
  execution.set_microbatch(8);
  auto& halved = *execution.add_microbatches();
  halved.set_from_step(5);
  halved.set_rows(8);
  return event;
}

class RepeatJobTest : public ::testing::Test {
 protected:
  // jobs/a has run to its end, with checkpoints after the steps 10 and 20.
  void SetUp() override {
    plane_.AddInputs();
    ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
    WorkRow row = plane_.Lease().value();
    ASSERT_TRUE(
        plane_
            .Report(row.lease(),
                    {ExecutionEvent(1, "one"), MetricEvent(2, 5, 0.5),
                     CheckpointEvent(3, row, 10), MetricEvent(4, 15, 0.25),
                     CheckpointEvent(5, row, 20), MetricEvent(6, 25, 0.125),
                     SuccessEvent(7, row)})
            .ok());
  }

  static v1::VerifyJobRequest Request() {
    v1::VerifyJobRequest request;
    request.set_name("jobs/a");
    request.set_job_id("b");
    return request;
  }

  // What the worker of the next item is told.
  WorkRow Lease(const Job& job) {
    plane_.Lease().value();
    return plane_.WorkOf(job.uid()).value();
  }

  Comparison Result() { return plane_.Job("b").comparison(); }

  TestControlPlane plane_;
};

TEST_F(RepeatJobTest, VerifiesTheStretchBetweenTheLastTwoCheckpoints) {
  Job job = plane_.Verify(Request()).value();
  EXPECT_EQ(job.comparison().original(), "jobs/a");
  EXPECT_EQ(job.comparison().from_step(), 10);
  EXPECT_EQ(job.comparison().to_step(), 20);
  WorkRow row = Lease(job);
  const internal::v1::TrainWork& work = row.item.train();
  EXPECT_EQ(work.first_step(), 10);
  EXPECT_FALSE(work.is_fork());
  EXPECT_EQ(work.last_step(), 20);
  ASSERT_EQ(work.execution().microbatches_size(), 1);
  EXPECT_EQ(work.execution().precision(), v1::Hyperparameters::FP32);
  EXPECT_TRUE(work.execution().deterministic());
  EXPECT_EQ(row.needs.device_kind, v1::Resources::CPU);

  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {ExecutionEvent(1, "one"), MetricEvent(2, 15, 0.25),
                           CheckpointEvent(3, row, 20), StretchEvent(4)})
                  .ok());
  EXPECT_EQ(plane_.Job("b").state(), Job::SUCCEEDED);
  EXPECT_EQ(Result().verdict(), Comparison::EQUAL);
  EXPECT_THAT(plane_.Job("b").output_model(), IsEmpty());
  // The last one's files, which nobody needs any more.
  EXPECT_THAT(plane_.observer.released,
              testing::Contains(absl::StrCat(work.checkpoint_group(), "/20")));
  EXPECT_TRUE(plane_.Delete("b").ok());
}

TEST_F(RepeatJobTest, SaysWhichFigureWasDifferentFirst) {
  WorkRow row = Lease(plane_.Verify(Request()).value());
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {ExecutionEvent(1, "two"), MetricEvent(2, 15, 0.26),
                           CheckpointEvent(3, row, 20), StretchEvent(4)})
                  .ok());
  EXPECT_EQ(plane_.Job("b").state(), Job::SUCCEEDED);
  EXPECT_EQ(Result().verdict(), Comparison::DIFFERENT);
  EXPECT_EQ(Result().first_different_step(), 15);
  EXPECT_THAT(Result().difference(),
              AllOf(HasSubstr("training loss at step 15"), HasSubstr("0.25"),
                    HasSubstr("on two (cpu"), HasSubstr("original on one")));
}

TEST_F(RepeatJobTest, EqualFiguresAreNoEqualWeights) {
  WorkRow row = Lease(plane_.Verify(Request()).value());
  internal::v1::WorkEvent checkpoint = CheckpointEvent(1, row, 20);
  checkpoint.mutable_checkpoint()->set_digest("other tensors");
  ASSERT_TRUE(plane_.Report(row.lease(), {checkpoint, StretchEvent(2)}).ok());
  EXPECT_EQ(Result().verdict(), Comparison::DIFFERENT);
  EXPECT_FALSE(Result().has_first_different_step());
  EXPECT_THAT(Result().difference(), HasSubstr("weights"));
}

TEST_F(RepeatJobTest, AStretchWithoutItsCheckpointIsNoResult) {
  WorkRow row = Lease(plane_.Verify(Request()).value());
  ASSERT_TRUE(plane_.Report(row.lease(), {StretchEvent(1)}).ok());
  EXPECT_EQ(plane_.Job("b").state(), Job::FAILED);
  EXPECT_EQ(Result().verdict(), Comparison::VERDICT_UNSPECIFIED);
}

TEST_F(RepeatJobTest, AStretchIsNoResultOfAnotherJob) {
  ASSERT_TRUE(plane_.Create(JobRequest("c")).ok());
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(row.lease(), {StretchEvent(1)}).ok());
  EXPECT_EQ(plane_.Job("c").state(), Job::FAILED);
}

TEST_F(RepeatJobTest, AStretchCanBeginWithTheJob) {
  v1::VerifyJobRequest request = Request();
  request.set_from_step(0);
  request.set_to_step(10);
  WorkRow row = Lease(plane_.Verify(request).value());
  EXPECT_FALSE(row.item.train().has_first_step());
  EXPECT_THAT(row.item.train().checkpoints(), IsEmpty());
  EXPECT_EQ(row.item.train().last_step(), 10);
}

TEST_F(RepeatJobTest, AStretchNeedsCheckpointsAtItsEnds) {
  auto reason = [this](int64_t from, int64_t to) {
    v1::VerifyJobRequest request = Request();
    request.set_from_step(from);
    request.set_to_step(to);
    return ErrorReasonOf(plane_.Verify(request).status());
  };
  EXPECT_EQ(reason(11, 20), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_EQ(reason(10, 19), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_EQ(reason(20, 20), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(20, 10), v1::ERROR_REASON_INVALID_FIELD);
  ASSERT_TRUE(plane_.Create(JobRequest("fresh")).ok());
  v1::VerifyJobRequest request = Request();
  request.set_name("jobs/fresh");
  EXPECT_EQ(ErrorReasonOf(plane_.Verify(request).status()),
            v1::ERROR_REASON_RESOURCE_NOT_READY);
}

TEST_F(RepeatJobTest, ReproducesAWholeJob) {
  Job job = plane_.Reproduce("a", "b").value();
  EXPECT_EQ(job.resolved_spec().SerializeAsString(),
            plane_.Job("a").resolved_spec().SerializeAsString());
  EXPECT_EQ(job.comparison().expected_digest(), "weights");
  WorkRow row = Lease(job);
  EXPECT_FALSE(row.item.train().has_first_step());
  EXPECT_EQ(row.item.train().last_step(), 0);
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {MetricEvent(1, 5, 0.5), MetricEvent(2, 25, 0.125),
                           SuccessEvent(3, row)})
                  .ok());
  EXPECT_EQ(Result().verdict(), Comparison::EQUAL);
  EXPECT_EQ(plane_.Job("b").output_model(), "models/b");
}

TEST_F(RepeatJobTest, AReproductionCanEndWithOtherWeights) {
  WorkRow row = Lease(plane_.Reproduce("a", "b").value());
  internal::v1::WorkEvent success = SuccessEvent(2, row);
  success.mutable_outcome()->mutable_train()->set_weights_digest("other");
  ASSERT_TRUE(
      plane_.Report(row.lease(), {MetricEvent(1, 25, 0.5), success}).ok());
  EXPECT_EQ(Result().verdict(), Comparison::DIFFERENT);
  EXPECT_EQ(Result().first_different_step(), 25);
  EXPECT_EQ(Result().digest(), "other");
}

TEST_F(RepeatJobTest, WithoutTheModelFiguresAreComparedAlone) {
  ASSERT_TRUE(plane_
                  .Run([&](Transaction& tx) {
                    return DeleteModel(tx, plane_.context,
                                       TestControlPlane::kTenant, "a");
                  })
                  .ok());
  Job job = plane_.Reproduce("a", "b").value();
  EXPECT_THAT(job.comparison().expected_digest(), IsEmpty());
  WorkRow row = Lease(job);
  ASSERT_TRUE(
      plane_.Report(row.lease(), {MetricEvent(1, 5, 0.5), SuccessEvent(2, row)})
          .ok());
  EXPECT_EQ(Result().verdict(), Comparison::EQUAL);
}

TEST_F(RepeatJobTest, WhatHasNotSucceededCannotBeReproduced) {
  ASSERT_TRUE(plane_.Create(JobRequest("waiting")).ok());
  EXPECT_EQ(ErrorReasonOf(plane_.Reproduce("waiting", "b").status()),
            v1::ERROR_REASON_ILLEGAL_TRANSITION);
}

}  // namespace
}  // namespace tunesmith::server
