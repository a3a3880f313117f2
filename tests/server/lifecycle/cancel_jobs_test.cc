#include "server/lifecycle/cancel_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/server/lifecycle/job_life_fixture.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using v1::Job;

class CancelJobsTest : public JobLifeTest {
 protected:
  absl::StatusOr<CancellableJobs> Find(const v1::CancelJobsRequest& request) {
    return plane_.Ask([&](Connection& db) {
      return FindCancellableJobs(db, TestControlPlane::kTenant, request);
    });
  }
  absl::StatusOr<v1::CancelJobsResponse> Cancel(
      const v1::CancelJobsRequest& request) {
    absl::StatusOr<CancellableJobs> jobs = Find(request);
    if (!jobs.ok()) return jobs.status();
    return plane_.Run(
        [&](Transaction& tx) { return CancelJobs(tx, plane_.context, *jobs); });
  }
  void CreateLabelled(const std::string& id, const std::string& team) {
    v1::CreateJobRequest request = JobRequest(id);
    (*request.mutable_job()->mutable_labels())["team"] = team;
    Create(request);
  }
  static v1::CancelJobsRequest Named(std::vector<std::string> names) {
    v1::CancelJobsRequest request;
    for (std::string& name : names) request.add_names("jobs/" + name);
    return request;
  }
};

TEST_F(CancelJobsTest, NamedOnesAreCancelledAndEndedOnesLeftAlone) {
  for (const char* id : {"runs", "waits", "done"}) Create(JobRequest(id));
  WorkRow row = plane_.Lease().value();
  ASSERT_EQ(row.subject, "jobs/runs");
  ASSERT_TRUE(plane_.Cancel("done").ok());
  auto response = Cancel(Named({"waits", "runs", "done", "waits"}));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->names(), ElementsAre("jobs/runs", "jobs/waits"));
  EXPECT_EQ(StateOf("runs"), Job::CANCELLING);
  EXPECT_EQ(StateOf("waits"), Job::CANCELLED);
  EXPECT_FALSE(plane_.WorkOf(plane_.Job("waits").uid()).has_value());
  // Nothing is left to cancel.
  EXPECT_THAT(Cancel(Named({"waits", "runs"}))->names(), IsEmpty());
}

TEST_F(CancelJobsTest, AnUnknownNameCancelsNothing) {
  Create(JobRequest("a"));
  EXPECT_EQ(ErrorReasonOf(Cancel(Named({"a", "none"})).status()),
            v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_EQ(StateOf("a"), Job::QUEUED);
}

TEST_F(CancelJobsTest, AFilterFindsByLabelTheOldestFirst) {
  CreateLabelled("b", "x");
  CreateLabelled("a", "x");
  CreateLabelled("c", "y");
  v1::CancelJobsRequest request;
  (*request.mutable_filter()->mutable_labels())["team"] = "x";
  EXPECT_THAT(Cancel(request)->names(), ElementsAre("jobs/b", "jobs/a"));
  EXPECT_EQ(StateOf("c"), Job::QUEUED);
  request.mutable_filter()->Clear();
  request.mutable_filter()->add_states(Job::CANCELLED);
  EXPECT_THAT(Cancel(request)->names(), IsEmpty());
  request.mutable_filter()->clear_states();
  EXPECT_THAT(Cancel(request)->names(), ElementsAre("jobs/c"));
}

TEST_F(CancelJobsTest, MoreThanACallTakesAreLeftForTheNext) {
  for (int i = 0; i < kMaxCancelledJobs + 5; ++i) {
    Create(JobRequest(absl::StrCat("j", i)));
  }
  v1::CancelJobsRequest all;
  all.mutable_filter();
  auto first = Cancel(all);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->names(), SizeIs(kMaxCancelledJobs));
  EXPECT_TRUE(first->more());
  auto second = Cancel(all);
  EXPECT_THAT(second->names(), SizeIs(5));
  EXPECT_FALSE(second->more());
}

TEST_F(CancelJobsTest, WhatEndedSinceItWasFoundIsLeftAlone) {
  Create(JobRequest("a"));
  Create(JobRequest("b"));
  CancellableJobs found = Find(Named({"a", "b"})).value();
  WorkRow row = plane_.Lease().value();
  plane_.Report(row.lease(), {SuccessEvent(1, row)}).value();
  auto response = plane_.Run(
      [&](Transaction& tx) { return CancelJobs(tx, plane_.context, found); });
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->names(), ElementsAre("jobs/b"));
  EXPECT_EQ(StateOf("a"), Job::SUCCEEDED);
}

TEST_F(CancelJobsTest, EitherNamesOrAFilter) {
  v1::CancelJobsRequest request;
  EXPECT_THAT(std::string(CheckCancelJobs(request).message()),
              HasSubstr("names: required"));
  request = Named({"a"});
  EXPECT_TRUE(CheckCancelJobs(request).ok());
  request.mutable_filter();
  EXPECT_THAT(std::string(CheckCancelJobs(request).message()),
              HasSubstr("must not be set beside filter"));
  request.clear_filter();
  request.add_names("b");
  EXPECT_THAT(std::string(CheckCancelJobs(request).message()),
              HasSubstr("names[1]: "));
  for (int i = 0; i < kMaxCancelledJobs; ++i) request.add_names("jobs/x");
  EXPECT_THAT(std::string(CheckCancelJobs(request).message()),
              HasSubstr("at most 1000"));
}

class DeleteWithModelTest : public JobLifeTest {
 protected:
  DeleteWithModelTest() {
    Create(JobRequest("a"));
    WorkRow row = plane_.Lease().value();
    plane_.Report(row.lease(), {SuccessEvent(1, row)}).value();
  }
  absl::Status DeleteWithModel() {
    v1::DeleteJobRequest request;
    request.set_name("jobs/a");
    request.set_delete_model(true);
    return plane_.Run([&](Transaction& tx) {
      return DeleteJob(tx, plane_.context, TestControlPlane::kTenant, request);
    });
  }
};

TEST_F(DeleteWithModelTest, TheModelGoesWithTheJob) {
  ASSERT_TRUE(plane_.FindModel("a").ok());
  ASSERT_TRUE(DeleteWithModel().ok());
  EXPECT_TRUE(absl::IsNotFound(plane_.FindModel("a").status()));
}

TEST_F(DeleteWithModelTest, OneThatIsUsedKeepsBoth) {
  v1::CreateJobRequest request = JobRequest("next");
  request.mutable_job()->mutable_spec()->set_base_model("models/a");
  Create(request);
  EXPECT_EQ(ErrorReasonOf(DeleteWithModel()), v1::ERROR_REASON_RESOURCE_IN_USE);
  EXPECT_EQ(StateOf("a"), Job::SUCCEEDED);
}

TEST_F(DeleteWithModelTest, AnotherModelUnderTheNameStays) {
  ASSERT_TRUE(plane_
                  .Run([&](Transaction& tx) {
                    return DeleteModel(tx, plane_.context,
                                       TestControlPlane::kTenant, "a");
                  })
                  .ok());
  ASSERT_TRUE(plane_.Import("a").ok());
  ASSERT_TRUE(DeleteWithModel().ok());
  EXPECT_TRUE(plane_.FindModel("a").ok());
}

}  // namespace
}  // namespace tunesmith::server
