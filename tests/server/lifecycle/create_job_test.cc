#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "proto/contract/error.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using v1::Job;

class CreateJobTest : public testing::Test {
 protected:
  absl::Status CreateError(const v1::CreateJobRequest& request) {
    return plane_.Create(request).status();
  }
  v1::Job FailedOrQueued(const std::string& id) { return plane_.Job(id); }

  TestControlPlane plane_;
};

TEST_F(CreateJobTest, WithoutAnIdOneIsGenerated) {
  plane_.AddInputs();
  auto created = plane_.Create(JobRequest(""));
  ASSERT_TRUE(created.ok());
  EXPECT_THAT(created->job().name(), StartsWith("jobs/job-"));
}

TEST_F(CreateJobTest, ATakenIdIsRefused) {
  plane_.AddInputs();
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  EXPECT_EQ(ErrorReasonOf(CreateError(JobRequest("a"))),
            v1::ERROR_REASON_RESOURCE_EXISTS);
}

TEST_F(CreateJobTest, EveryFieldProblemIsReportedAtOnce) {
  v1::CreateJobRequest request = JobRequest("No Good");
  request.set_request_id(std::string(129, 'x'));
  request.mutable_job()->set_display_name(std::string(257, 'x'));
  request.mutable_job()->set_priority(1001);
  (*request.mutable_job()->mutable_labels())["-bad"] = "";
  (*request.mutable_job()->mutable_labels())["example.org/good"] = "-bad";
  request.mutable_job()->mutable_spec()->set_max_attempts(0);
  absl::Status status = CreateError(request);
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
  for (const char* field :
       {"job_id: ", "request_id: ", "job.display_name: ", "job.priority: ",
        "job.labels: ", "job.labels[\"example.org/good\"]: ",
        "job.spec.max_attempts: "}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
}

TEST_F(CreateJobTest, EveryUnknownInputIsNamed) {
  plane_.AddInputs();
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()->mutable_spec()->set_base_model("models/brt");
  request.mutable_job()->mutable_spec()->mutable_data()->set_test(
      "datasets/tset");
  absl::Status status = CreateError(request);
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_THAT(
      std::string(status.message()),
      testing::AllOf(
          HasSubstr("unknown model: models/brt (did you mean models/bert?)"),
          HasSubstr("unknown dataset: datasets/tset")));
}

TEST_F(CreateJobTest, WhatDoesNotFitIsRefusedByField) {
  plane_.AddInputs();
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()
      ->mutable_spec()
      ->mutable_task()
      ->mutable_text_classification()
      ->set_text_column("txt");
  absl::Status status = CreateError(request);
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_THAT(std::string(status.message()),
              StartsWith("job.spec.task.text_classification.text_column: "));
}

TEST_F(CreateJobTest, TheSameRequestGetsTheSameJob) {
  plane_.AddInputs();
  v1::CreateJobRequest request = JobRequest("");
  request.set_request_id("once");
  (*request.mutable_job()->mutable_labels())["x"] = "1";
  (*request.mutable_job()->mutable_labels())["y"] = "2";
  auto first = plane_.Create(request);
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = plane_.Create(request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->job().uid(), first->job().uid());
  EXPECT_EQ(plane_.observer.created, 1);

  request.mutable_job()->set_priority(1);
  EXPECT_EQ(ErrorReasonOf(CreateError(request)),
            v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(CreateJobTest, ARepeatedRequestMakesNoNewJobAfterDeletion) {
  plane_.AddInputs();
  v1::CreateJobRequest request = JobRequest("a");
  request.set_request_id("once");
  ASSERT_TRUE(plane_.Create(request).ok());
  ASSERT_TRUE(plane_.Cancel("a").ok());
  ASSERT_TRUE(plane_.Delete("a").ok());
  EXPECT_EQ(ErrorReasonOf(CreateError(request)),
            v1::ERROR_REASON_RESOURCE_NOT_FOUND);
}

TEST_F(CreateJobTest, AFullQueueIsSaidSoAndEndedJobsDoNotCount) {
  plane_.AddInputs();
  plane_.context.max_live_jobs = 1;
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  EXPECT_EQ(ErrorReasonOf(CreateError(JobRequest("b"))),
            v1::ERROR_REASON_QUEUE_FULL);
  ASSERT_TRUE(plane_.Cancel("a").ok());
  EXPECT_TRUE(plane_.Create(JobRequest("b")).ok());
}

TEST_F(CreateJobTest, ValidateOnlyStoresNothing) {
  plane_.AddInputs();
  auto answer = plane_.Ask([](Connection& db) {
    return ValidateJob(db, TestControlPlane::kTenant, JobRequest("a"));
  });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->job().name(), "");
  EXPECT_EQ(answer->job().state(), Job::QUEUED);
  EXPECT_EQ(answer->job().resolved_spec().seed(), 42);
  EXPECT_FALSE(plane_.Lease().has_value());
}

TEST_F(CreateJobTest, AJobWaitsForItsInputs) {
  ASSERT_TRUE(plane_.Import("bert").ok());
  ASSERT_TRUE(plane_.Upload("train").ok());
  auto created = plane_.Create(JobRequest("a"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->job().state(), Job::VALIDATING);
  EXPECT_THAT(created->unchecked(), SizeIs(2));
  EXPECT_FALSE(plane_.WorkOf(created->job().uid()).has_value());

  WorkRow import = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_.Report(import.lease(), {ImportedEvent(1)}).ok());
  EXPECT_EQ(plane_.Job("a").state(), Job::VALIDATING);
  WorkRow inspect = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(inspect.lease(),
                  {InspectedEvent(1, SampleDataset("datasets/train",
                                                   {{"a", 1}, {"b", 2}}))})
          .ok());
  Job job = plane_.Job("a");
  EXPECT_EQ(job.state(), Job::QUEUED);
  EXPECT_THAT(job.resolved_spec().task().text_classification().labels(),
              ElementsAre("a", "b"));
  EXPECT_TRUE(plane_.Lease().has_value());
}

TEST_F(CreateJobTest, ATypingErrorIsFoundBeforeEveryInputIsKnown) {
  ASSERT_TRUE(plane_.Upload("train").ok());
  ASSERT_TRUE(plane_.Import("bert").ok());
  v1::CreateJobRequest request = JobRequest("a");
  request.mutable_job()
      ->mutable_spec()
      ->mutable_task()
      ->mutable_text_classification()
      ->set_label_column("lable");
  ASSERT_TRUE(plane_.Create(request).ok());
  WorkRow inspect = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(inspect.lease(),
                  {InspectedEvent(1, SampleDataset("datasets/train",
                                                   {{"a", 1}, {"b", 2}}))})
          .ok());
  Job job = plane_.Job("a");
  EXPECT_EQ(job.state(), Job::FAILED);
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(job.error())),
            v1::ERROR_REASON_UNKNOWN_COLUMN);
}

TEST_F(CreateJobTest, AFailedInputFailsWhoWaitsAndRefusesWhoComes) {
  plane_.AddModel("bert");
  ASSERT_TRUE(plane_.Upload("train").ok());
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  WorkRow inspect = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(inspect.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_MALFORMED_FILE, false)})
          .ok());
  Job job = plane_.Job("a");
  EXPECT_EQ(job.state(), Job::FAILED);
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(job.error())),
            v1::ERROR_REASON_INPUT_FAILED);
  EXPECT_EQ(ErrorReasonOf(CreateError(JobRequest("b"))),
            v1::ERROR_REASON_RESOURCE_NOT_READY);
}

}  // namespace
}  // namespace tunesmith::server
