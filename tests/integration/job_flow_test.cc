// A job's way from submit to result.
#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "proto/contract/rpc/grpc_status.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JobFlowTest : public ServerTest {
 protected:
  JobFlowTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  ScriptedWorker worker_;
};

void ExpectGapless(const std::vector<v1::JobEvent>& events, int64_t first = 1) {
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), first + static_cast<int64_t>(i));
  }
}

std::vector<v1::Job::State> States(const std::vector<v1::JobEvent>& events) {
  std::vector<v1::Job::State> states;
  for (const v1::JobEvent& event : events) {
    if (event.has_state_changed()) {
      states.push_back(event.state_changed().to());
    }
  }
  return states;
}

TEST_F(JobFlowTest, AJobRunsAndItsModelIsReady) {
  v1::Job job = CreateJob("one");
  EXPECT_EQ(job.name(), "jobs/one");
  EXPECT_EQ(job.resolved_spec().hyperparameters().batch_size(), 32);
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  EXPECT_EQ(work.item().attempt(), 1);
  EXPECT_THAT(work.item().train().spec().task().text_classification().labels(),
              ElementsAre("bad", "good"));
  EXPECT_EQ(work.item().train().parameters_size(), 5);
  worker_.Send(work, {LossEvent(1, 0.7), LossEvent(2, 0.6)});
  EXPECT_EQ(worker_.AwaitAck(work).sequence(), 2);
  worker_.Succeed(work);
  EXPECT_EQ(worker_.AwaitAck(work).sequence(), 3);

  std::vector<v1::JobEvent> events = WatchToEnd("jobs/one");
  ExpectGapless(events);
  EXPECT_THAT(States(events), ElementsAre(v1::Job::QUEUED, v1::Job::RUNNING,
                                          v1::Job::SUCCEEDED));
  job = GetJob("jobs/one");
  EXPECT_EQ(job.last_sequence(), static_cast<int64_t>(events.size()));
  v1::GetModelRequest request;
  request.set_name(job.output_model());
  v1::Model model;
  ASSERT_TRUE(models_->GetModel(CallContext().get(), request, &model).ok());
  EXPECT_EQ(model.state(), v1::Model::READY);
  EXPECT_EQ(model.origin().job(), "jobs/one");
  worker_.AwaitGone(work);
}

TEST_F(JobFlowTest, AWatcherSeesEveryEventInOrderAndProgressMeanwhile) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  std::thread trainer([&] {
    v1::Progress progress;
    progress.set_step(7);
    worker_.Report(work, progress);
    // The rest comes once the watcher has seen it.
    WatchUntil("jobs/one", [](const v1::WatchJobResponse& response) {
      return response.progress().step() == 7;
    });
    for (int step = 1; step <= 500; ++step) {
      worker_.Send(work, {LossEvent(step, 1.0 / step)});
    }
    worker_.Succeed(work);
  });
  std::vector<v1::JobEvent> events = WatchToEnd("jobs/one");
  trainer.join();
  ExpectGapless(events);
  EXPECT_EQ(events.size(), 503u);
  EXPECT_EQ(events[2].metric().step(), 1);
  EXPECT_EQ(events[501].metric().step(), 500);
}

TEST_F(JobFlowTest, WatchingGoesOnFromACursor) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  worker_.Send(work, {LossEvent(1, 0.7)});
  worker_.Succeed(work);
  WatchToEnd("jobs/one");
  std::vector<v1::JobEvent> rest = WatchToEnd("jobs/one", 2);
  EXPECT_EQ(rest.size(), 2u);
  ExpectGapless(rest, 3);
  // At the end already: nothing to tell, and no error.
  EXPECT_TRUE(WatchToEnd("jobs/one", 4).empty());

  v1::WatchJobRequest request;
  request.set_name("jobs/one");
  request.set_after_sequence(5);
  auto context = CallContext();
  auto stream = jobs_->WatchJob(context.get(), request);
  v1::WatchJobResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOfCall(stream->Finish()), "CURSOR_OUT_OF_RANGE");
}

TEST_F(JobFlowTest, ASecondJobWaitsWithAReason) {
  CreateJob("one");
  worker_.AwaitWork("jobs/one");
  CreateJob("two");
  CreateJob("three");
  v1::Job two = GetJob("jobs/two");
  EXPECT_EQ(two.state(), v1::Job::QUEUED);
  EXPECT_EQ(two.wait().reason(), v1::Wait::SLOTS_BUSY);
  EXPECT_EQ(two.wait().position(), 1);
  EXPECT_THAT(two.wait().message(), HasSubstr("jobs/one"));
  EXPECT_EQ(GetJob("jobs/three").wait().position(), 2);
  EXPECT_FALSE(GetJob("jobs/one").has_wait());
}

TEST_F(JobFlowTest, InspectionDoesNotWaitBehindTraining) {
  CreateJob("one");
  worker_.AwaitWork("jobs/one");
  CreateDataset("late");
  worker_.AwaitAnswered("datasets/late");
  v1::GetDatasetRequest request;
  request.set_name("datasets/late");
  v1::Dataset dataset;
  ASSERT_TRUE(
      datasets_->GetDataset(CallContext().get(), request, &dataset).ok());
  EXPECT_EQ(dataset.state(), v1::Dataset::READY);
  EXPECT_EQ(GetJob("jobs/one").state(), v1::Job::RUNNING);
}

TEST_F(JobFlowTest, CancellingAWaitingJobIsImmediate) {
  CreateJob("one");
  worker_.AwaitWork("jobs/one");
  CreateJob("two");
  v1::Job two;
  ASSERT_TRUE(Cancel("jobs/two", &two).ok());
  EXPECT_EQ(two.state(), v1::Job::CANCELLED);
  EXPECT_TRUE(Cancel("jobs/two").ok());
  EXPECT_THAT(States(WatchToEnd("jobs/two")),
              ElementsAre(v1::Job::QUEUED, v1::Job::CANCELLED));
}

TEST_F(JobFlowTest, CancellingARunningJobTellsTheWorkerAndFreesTheSlot) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  v1::Job one;
  ASSERT_TRUE(Cancel("jobs/one", &one).ok());
  EXPECT_EQ(one.state(), v1::Job::CANCELLING);
  worker_.AwaitCancel(work);
  worker_.Fail(work,
               MakeError(absl::StatusCode::kCancelled,
                         v1::ERROR_REASON_CANCELLED, "cancelled"),
               false);
  EXPECT_THAT(States(WatchToEnd("jobs/one")),
              ElementsAre(v1::Job::QUEUED, v1::Job::RUNNING,
                          v1::Job::CANCELLING, v1::Job::CANCELLED));
  CreateJob("two");
  worker_.AwaitWork("jobs/two");
}

TEST_F(JobFlowTest, AFailedAttemptIsRepeatedAndTheLastOneFailsTheJob) {
  v1::CreateJobRequest request = JobRequest("one");
  request.mutable_job()->mutable_spec()->set_max_attempts(2);
  v1::CreateJobResponse response;
  ASSERT_TRUE(jobs_->CreateJob(CallContext().get(), request, &response).ok());
  absl::Status died = MakeError(absl::StatusCode::kAborted,
                                v1::ERROR_REASON_TRAINER_DIED, "signal 9");
  ScriptedWorker::Assignment first = worker_.AwaitWork("jobs/one");
  worker_.Fail(first, died, /*retryable=*/true);
  worker_.AwaitGone(first);
  ScriptedWorker::Assignment second = worker_.AwaitWork("jobs/one");
  EXPECT_GT(second.item().fence(), first.item().fence());
  EXPECT_EQ(second.item().attempt(), 2);
  worker_.Fail(second, died, /*retryable=*/true);
  WatchToEnd("jobs/one");
  v1::Job job = GetJob("jobs/one");
  EXPECT_EQ(job.state(), v1::Job::FAILED);
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(job.error())),
            v1::ERROR_REASON_TRAINER_DIED);
}

TEST_F(JobFlowTest, AfterAFailedAttemptTheJobWaitsForItsTime) {
  worker_.Disconnect();
  StopServer();
  options_.retry_delay = absl::Hours(1);
  StartServer();
  worker_.set_address(server_->address());
  ASSERT_TRUE(worker_.Connect().ok());
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  worker_.Fail(work,
               MakeError(absl::StatusCode::kAborted,
                         v1::ERROR_REASON_TRAINER_DIED, "signal 9"),
               /*retryable=*/true);
  worker_.AwaitGone(work);
  v1::Job job = GetJob("jobs/one");
  EXPECT_EQ(job.state(), v1::Job::QUEUED);
  EXPECT_EQ(job.wait().reason(), v1::Wait::RETRY_DELAY);
  // The slot is free for others meanwhile.
  CreateJob("two");
  worker_.AwaitWork("jobs/two");
  EXPECT_TRUE(Cancel("jobs/one").ok());
}

TEST_F(JobFlowTest, EventsAndMetricsArePaged) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  for (int step = 1; step <= 10; ++step) {
    worker_.Send(work, {LossEvent(step, step)});
  }
  worker_.Succeed(work);
  WatchToEnd("jobs/one");

  v1::ListJobEventsRequest events;
  events.set_name("jobs/one");
  events.set_page_size(4);
  int64_t next = 1;
  do {
    v1::ListJobEventsResponse page;
    ASSERT_TRUE(jobs_->ListJobEvents(CallContext().get(), events, &page).ok());
    for (const v1::JobEvent& event : page.events()) {
      EXPECT_EQ(event.sequence(), next++);
    }
    events.set_page_token(page.next_page_token());
  } while (!events.page_token().empty());
  EXPECT_EQ(next, 14);

  v1::ListMetricsRequest metrics;
  metrics.set_name("jobs/one");
  metrics.set_page_size(3);
  metrics.set_metric_name("loss");
  int steps = 0;
  do {
    v1::ListMetricsResponse page;
    ASSERT_TRUE(jobs_->ListMetrics(CallContext().get(), metrics, &page).ok());
    for (const v1::Metric& metric : page.metrics()) {
      EXPECT_EQ(metric.step(), ++steps);
    }
    metrics.set_page_token(page.next_page_token());
  } while (!metrics.page_token().empty());
  EXPECT_EQ(steps, 10);

  // A token of one job is no good for another listing.
  events.set_page_token("");
  v1::ListJobEventsResponse page;
  ASSERT_TRUE(jobs_->ListJobEvents(CallContext().get(), events, &page).ok());
  events.set_after_sequence(3);
  events.set_page_token(page.next_page_token());
  EXPECT_EQ(
      ReasonOfCall(jobs_->ListJobEvents(CallContext().get(), events, &page)),
      "BAD_PAGE_TOKEN");
}

TEST_F(JobFlowTest, WhatBecameOfTheRowsIsAnEventAndInTheJob) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/one");
  internal::v1::WorkEvent summary;
  summary.mutable_data_summary()->set_dataset("datasets/tiny");
  summary.mutable_data_summary()->set_row_count(20);
  summary.mutable_data_summary()->set_training_rows(16);
  auto& dropped = *summary.mutable_data_summary()->add_dropped();
  dropped.set_cause(v1::Finding::MISSING_CELL);
  dropped.set_count(4);
  worker_.Send(work, {summary, LossEvent(1, 0.7)});
  EXPECT_EQ(worker_.AwaitAck(work).sequence(), 2);
  // As after a reconnect: it is told once.
  worker_.SendAgain(work);
  EXPECT_EQ(worker_.AwaitAck(work).sequence(), 2);
  worker_.Succeed(work);
  std::vector<v1::JobEvent> events = WatchToEnd("jobs/one");
  ExpectGapless(events);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[2].data_summary().dropped(0).count(), 4);
  v1::Job job = GetJob("jobs/one");
  ASSERT_EQ(job.data_size(), 1);
  EXPECT_EQ(job.data(0).training_rows(), 16);
}

TEST_F(JobFlowTest, AModelIsMeasuredWithoutMakingAnother) {
  CreateJob("one");
  worker_.Succeed(worker_.AwaitWork("jobs/one"));
  WatchToEnd("jobs/one");
  v1::CreateJobRequest request;
  request.set_job_id("measure");
  v1::JobSpec& spec = *request.mutable_job()->mutable_spec();
  spec.set_purpose(v1::JobSpec::EVALUATE);
  spec.set_base_model(GetJob("jobs/one").output_model());
  spec.mutable_task()->mutable_text_classification();
  spec.mutable_data()->set_test(JobRequest("x").job().spec().data().training());
  v1::CreateJobResponse response;
  grpc::Status status =
      jobs_->CreateJob(CallContext().get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/measure");
  EXPECT_EQ(work.item().train().spec().purpose(), v1::JobSpec::EVALUATE);
  internal::v1::WorkEvent figures;
  figures.mutable_evaluation()->set_phase(v1::Evaluation::FINAL);
  figures.mutable_evaluation()->set_split(v1::TEST);
  internal::v1::WorkEvent end = OutcomeEvent(absl::OkStatus(), false);
  end.mutable_outcome()->mutable_evaluate();
  worker_.Send(work, {figures, end});
  EXPECT_THAT(
      States(WatchToEnd("jobs/measure")),
      ElementsAre(v1::Job::QUEUED, v1::Job::RUNNING, v1::Job::SUCCEEDED));
  EXPECT_EQ(GetJob("jobs/measure").output_model(), "");
  worker_.AwaitGone(work);
}

TEST_F(JobFlowTest, AJobThatIsDeletedIsGoneWithItsEventsAndKeepsItsModel) {
  CreateJob("one");
  worker_.Succeed(worker_.AwaitWork("jobs/one"));
  WatchToEnd("jobs/one");
  std::string model_name = GetJob("jobs/one").output_model();
  v1::DeleteJobRequest request;
  request.set_name("jobs/one");
  google::protobuf::Empty empty;
  ASSERT_TRUE(jobs_->DeleteJob(CallContext().get(), request, &empty).ok());
  EXPECT_EQ(
      ReasonOfCall(jobs_->DeleteJob(CallContext().get(), request, &empty)),
      "RESOURCE_NOT_FOUND");
  v1::GetModelRequest model_request;
  model_request.set_name(model_name);
  v1::Model model;
  EXPECT_TRUE(
      models_->GetModel(CallContext().get(), model_request, &model).ok());
}

}  // namespace
}  // namespace tunesmith::testing
