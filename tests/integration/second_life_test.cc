// Jobs that are changed, stopped in numbers and taken up again.
#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SecondLifeTest : public ServerTest {
 protected:
  SecondLifeTest() : worker_(WorkerOptions()) {
    EXPECT_TRUE(worker_.Connect().ok());
    CreateInputs(worker_);
  }

  absl::Status Died() {
    return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED,
                     "signal 11");
  }

  ScriptedWorker worker_;
};

TEST_F(SecondLifeTest, ARetriedJobEndsWell) {
  v1::CreateJobRequest create = JobRequest("a");
  create.mutable_job()->mutable_spec()->set_max_attempts(1);
  v1::CreateJobResponse created;
  ASSERT_TRUE(jobs_->CreateJob(CallContext().get(), create, &created).ok());
  ScriptedWorker::Assignment first = worker_.AwaitWork("jobs/a");
  worker_.Send(first, {LossEvent(1, 0.7)});
  worker_.Fail(first, Died(), /*retryable=*/true);
  WatchToEnd("jobs/a");
  ASSERT_EQ(GetJob("jobs/a").state(), v1::Job::FAILED);

  v1::RetryJobRequest request;
  request.set_name("jobs/a");
  request.set_request_id("retry");
  v1::Job job;
  for (int time = 0; time < 2; ++time) {
    grpc::Status status = jobs_->RetryJob(CallContext().get(), request, &job);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  ScriptedWorker::Assignment second = worker_.AwaitWork("jobs/a");
  EXPECT_EQ(second.item().attempt(), 2);
  EXPECT_GT(second.item().fence(), first.item().fence());
  // The step comes again with the same figure, and is no second event.
  worker_.Send(second, {LossEvent(1, 0.7), LossEvent(2, 0.6)});
  worker_.Succeed(second);
  std::vector<v1::JobEvent> events = WatchToEnd("jobs/a");
  int metrics = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    metrics += events[i].has_metric() ? 1 : 0;
  }
  EXPECT_EQ(metrics, 2);
  EXPECT_EQ(GetJob("jobs/a").state(), v1::Job::SUCCEEDED);
}

TEST_F(SecondLifeTest, APriorityMovesAWaitingJobToTheFront) {
  CreateJob("runs");
  ScriptedWorker::Assignment work = worker_.AwaitWork("jobs/runs");
  CreateJob("a");
  CreateJob("b");
  v1::UpdateJobRequest request;
  request.mutable_job()->set_name("jobs/b");
  request.mutable_job()->set_priority(10);
  request.mutable_update_mask()->add_paths("priority");
  v1::Job job;
  ASSERT_TRUE(jobs_->UpdateJob(CallContext().get(), request, &job).ok());
  EXPECT_EQ(GetJob("jobs/b").wait().position(), 1);
  EXPECT_EQ(GetJob("jobs/a").wait().position(), 2);
  worker_.Succeed(work);
  worker_.AwaitWork("jobs/b");
}

TEST_F(SecondLifeTest, ManyAreCancelledByAFilter) {
  for (int i = 0; i < 5; ++i) {
    v1::CreateJobRequest create = JobRequest(absl::StrCat("j", i));
    (*create.mutable_job()->mutable_labels())["sweep"] = i < 3 ? "1" : "2";
    v1::CreateJobResponse created;
    ASSERT_TRUE(jobs_->CreateJob(CallContext().get(), create, &created).ok());
  }
  v1::CancelJobsRequest request;
  (*request.mutable_filter()->mutable_labels())["sweep"] = "2";
  request.set_validate_only(true);
  v1::CancelJobsResponse would;
  ASSERT_TRUE(jobs_->CancelJobs(CallContext().get(), request, &would).ok());
  EXPECT_THAT(would.names(), ElementsAre("jobs/j3", "jobs/j4"));
  EXPECT_EQ(GetJob("jobs/j3").state(), v1::Job::QUEUED);

  request.set_validate_only(false);
  request.set_request_id("cancel");
  for (int time = 0; time < 2; ++time) {
    v1::CancelJobsResponse response;
    grpc::Status status =
        jobs_->CancelJobs(CallContext().get(), request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_THAT(response.names(), ElementsAre("jobs/j3", "jobs/j4"));
  }
  EXPECT_EQ(GetJob("jobs/j4").state(), v1::Job::CANCELLED);
  EXPECT_EQ(GetJob("jobs/j1").state(), v1::Job::QUEUED);

  v1::CancelJobsRequest named;
  v1::CancelJobsResponse response;
  EXPECT_EQ(
      ReasonOfCall(jobs_->CancelJobs(CallContext().get(), named, &response)),
      "INVALID_FIELD");
  named.add_names("jobs/none");
  EXPECT_EQ(
      ReasonOfCall(jobs_->CancelJobs(CallContext().get(), named, &response)),
      "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace tunesmith::testing
