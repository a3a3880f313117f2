#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/error.h"
#include "tests/server/lifecycle/job_life_fixture.h"

// Jobs whose purpose is EVALUATE.

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using v1::Job;

class MeasuringJobTest : public JobLifeTest {
 protected:
  MeasuringJobTest() {
    // models/a is what is measured.
    v1::CreateJobRequest request = JobRequest("a");
    request.mutable_job()
        ->mutable_spec()
        ->mutable_task()
        ->mutable_text_classification()
        ->set_max_length(64);
    Create(request);
    WorkRow row = plane_.Lease().value();
    plane_.Report(row.lease(), {SuccessEvent(1, row)}).value();
    plane_.observer.released.clear();
    plane_.observer.closed.clear();
  }

  static v1::CreateJobRequest Request() {
    v1::CreateJobRequest request;
    request.set_job_id("e");
    v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
    spec.set_purpose(v1::JobSpec::EVALUATE);
    spec.set_base_model("models/a");
    spec.mutable_task()->mutable_text_classification();
    spec.mutable_data()->set_test("datasets/train");
    return request;
  }
  static internal::v1::WorkEvent FiguresEvent(int64_t sequence) {
    internal::v1::WorkEvent event;
    event.set_sequence(sequence);
    event.mutable_evaluation()->set_phase(v1::Evaluation::FINAL);
    event.mutable_evaluation()->set_split(v1::TEST);
    event.mutable_evaluation()->set_accuracy(0.75);
    return event;
  }
  static internal::v1::WorkEvent EndEvent(int64_t sequence) {
    internal::v1::WorkEvent event;
    event.set_sequence(sequence);
    event.mutable_outcome()->mutable_evaluate();
    return event;
  }
};

TEST_F(MeasuringJobTest, EndsWithFiguresAndWithoutAModel) {
  Create(Request());
  WorkRow row = plane_.Lease().value();
  const internal::v1::TrainWork& work = row.item.train();
  EXPECT_EQ(work.spec().purpose(), v1::JobSpec::EVALUATE);
  EXPECT_EQ(work.spec().task().text_classification().max_length(), 64);
  EXPECT_THAT(work.spec().task().text_classification().labels(),
              ElementsAre("neg", "pos"));
  EXPECT_EQ(work.base_model().name(), "models/a");
  EXPECT_EQ(work.test().name(), "datasets/train");
  EXPECT_FALSE(work.has_training());
  EXPECT_THAT(work.parameters(), IsEmpty());
  EXPECT_EQ(work.output_key(), "");
  EXPECT_EQ(work.checkpoint_group(), "");

  ASSERT_TRUE(plane_.Report(row.lease(), {FiguresEvent(1), EndEvent(2)}).ok());
  Job done = plane_.Job("e");
  EXPECT_EQ(done.state(), Job::SUCCEEDED);
  EXPECT_EQ(done.output_model(), "");
  ASSERT_THAT(done.evaluations(), SizeIs(1));
  EXPECT_EQ(done.evaluations(0).accuracy(), 0.75);
  EXPECT_EQ(plane_.Events(done).back().state_changed().message(),
            "measured models/a on datasets/train");
  EXPECT_THAT(plane_.observer.released, IsEmpty());
  EXPECT_FALSE(plane_.Reproduce("e", "f").ok());
  EXPECT_TRUE(plane_.Delete("e").ok());
}

TEST_F(MeasuringJobTest, FailedAttemptsReleaseNothing) {
  Create(Request());
  WorkRow first = plane_.Lease().value();
  ASSERT_TRUE(plane_.Expire(first.lease()).ok());
  plane_.store.clock.Advance(absl::Minutes(1));
  WorkRow second = plane_.Lease().value();
  ASSERT_TRUE(plane_.Report(second.lease(), {EndEvent(1)}).ok());
  EXPECT_EQ(StateOf("e"), Job::FAILED);
  EXPECT_THAT(plane_.Job("e").error().message(),
              HasSubstr("ended an evaluation without its figures"));
  EXPECT_THAT(plane_.observer.released, IsEmpty());
  EXPECT_THAT(plane_.observer.closed, IsEmpty());
}

TEST_F(MeasuringJobTest, ATrainingsResultIsNoEvaluation) {
  Create(Request());
  WorkRow row = plane_.Lease().value();
  ASSERT_TRUE(
      plane_.Report(row.lease(), {FiguresEvent(1), SuccessEvent(2, row)}).ok());
  EXPECT_EQ(StateOf("e"), Job::FAILED);
}

TEST_F(MeasuringJobTest, AModelWithoutAHeadIsRefused) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->mutable_spec()->set_base_model("models/bert");
  absl::Status status = plane_.Create(request).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_TASK_NOT_SUPPORTED);
}

}  // namespace
}  // namespace tunesmith::server
