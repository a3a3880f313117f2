#include "server/lifecycle/mutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "proto/contract/error.h"
#include "server/lifecycle/audit_table.h"
#include "tests/server/lifecycle/job_life_fixture.h"
#include "tunesmith/v1/dataset_service.pb.h"
#include "tunesmith/v1/model_service.pb.h"
#include "tunesmith/v1/worker_service.pb.h"

namespace tunesmith::server {
namespace {

using google::protobuf::Empty;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kTenant[] = "default";

template <typename Request>
Request Named(const std::string& name, const std::string& request_id) {
  Request request;
  request.set_name(name);
  request.set_request_id(request_id);
  return request;
}

class MutationTest : public JobLifeTest {
 protected:
  std::vector<v1::AuditRecord> Audit(const std::string& resource = "") {
    auto rows = plane_.Ask([&](Connection& db) {
      return AuditTable::List(db, kTenant, resource, INT64_MAX, 1000);
    });
    std::vector<v1::AuditRecord> records;
    for (AuditRow& row : *rows) records.push_back(std::move(row.record));
    return records;
  }
  absl::StatusOr<Empty> Delete(const v1::DeleteJobRequest& request) {
    return plane_.Run([&](Transaction& tx) {
      return AnswerOnce<Empty>(tx,
                               MutationOf(TestControlPlane::kCaller, request),
                               [&]() -> absl::StatusOr<Empty> {
                                 TUNESMITH_RETURN_IF_ERROR(DeleteJob(
                                     tx, plane_.context, kTenant, request));
                                 return Empty();
                               });
    });
  }
  int64_t Requests() {
    return plane_
        .Ask([](Connection& db) -> absl::StatusOr<int64_t> {
          Statement statement = db.Prepare("SELECT COUNT(*) FROM requests");
          TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
          return statement.Int(0);
        })
        .value();
  }
};

TEST_F(MutationTest, ARepeatedChangeIsMadeOnceAndAnswersWithTheJobAsItIs) {
  Create(JobRequest("a"));
  auto pause = Named<v1::PauseJobRequest>("jobs/a", "once");
  ASSERT_EQ(plane_.Change<v1::Job>(pause, PauseJob)->state(), v1::Job::PAUSED);
  ASSERT_TRUE(plane_.Resume("a").ok());
  // The network repeats the old request: nobody wants the job paused now.
  auto again = plane_.Change<v1::Job>(pause, PauseJob);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state(), v1::Job::QUEUED);
  EXPECT_EQ(StateOf("a"), v1::Job::QUEUED);
}

TEST_F(MutationTest, ARepeatedRequestPassesTheEtagThatItMadeStale) {
  Create(JobRequest("a"));
  auto cancel = Named<v1::CancelJobRequest>("jobs/a", "once");
  cancel.set_etag(plane_.Job("a").etag());
  ASSERT_TRUE(plane_.Change<v1::Job>(cancel, CancelJob).ok());
  EXPECT_TRUE(plane_.Change<v1::Job>(cancel, CancelJob).ok());
}

TEST_F(MutationTest, AnIdBelongsToOneRequestOfOneMethod) {
  Create(JobRequest("a"));
  Create(JobRequest("b"));
  auto pause = Named<v1::PauseJobRequest>("jobs/a", "id");
  ASSERT_TRUE(plane_.Change<v1::Job>(pause, PauseJob).ok());
  for (const absl::Status& status :
       {plane_
            .Change<v1::Job>(Named<v1::PauseJobRequest>("jobs/b", "id"),
                             PauseJob)
            .status(),
        plane_
            .Change<v1::Job>(Named<v1::CancelJobRequest>("jobs/a", "id"),
                             CancelJob)
            .status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_REQUEST_ID_REUSED);
  }
  EXPECT_EQ(StateOf("b"), v1::Job::QUEUED);
}

TEST_F(MutationTest, ADeletionIsAnsweredAgainAfterTheJobIsGone) {
  Create(JobRequest("a"));
  ASSERT_TRUE(plane_.Cancel("a").ok());
  auto request = Named<v1::DeleteJobRequest>("jobs/a", "once");
  ASSERT_TRUE(Delete(request).ok());
  absl::Status again = Delete(request).status();
  EXPECT_TRUE(again.ok()) << again;
  request.clear_request_id();
  EXPECT_EQ(ErrorReasonOf(Delete(request).status()),
            v1::ERROR_REASON_RESOURCE_NOT_FOUND);
}

TEST_F(MutationTest, AnAnswerThatIsNoResourceIsKeptAsItWas) {
  v1::DrainWorkerRequest request;
  request.set_name("workers/w");
  request.set_request_id("once");
  int made = 0;
  auto drain = [&] {
    return plane_.Run([&](Transaction& tx) {
      return AnswerOnce<v1::Worker>(
          tx, MutationOf(TestControlPlane::kCaller, request),
          [&]() -> absl::StatusOr<v1::Worker> {
            v1::Worker worker;
            worker.set_name("workers/w");
            worker.mutable_drain()->set_reason(absl::StrCat("answer ", ++made));
            return worker;
          });
    });
  };
  ASSERT_TRUE(drain().ok());
  auto again = drain();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->drain().reason(), "answer 1");
  EXPECT_EQ(made, 1);
  EXPECT_THAT(Audit("workers/w"), SizeIs(1));
}

TEST_F(MutationTest, WhatIsRefusedIsNeitherRememberedNorWrittenDown) {
  Create(JobRequest("a"));
  size_t before = Audit().size();
  auto resume = Named<v1::ResumeJobRequest>("jobs/a", "early");
  EXPECT_EQ(ErrorReasonOf(plane_.Change<v1::Job>(resume, ResumeJob).status()),
            v1::ERROR_REASON_ILLEGAL_TRANSITION);
  EXPECT_THAT(Audit(), SizeIs(before));
  // Once it makes sense, the same request is made.
  ASSERT_TRUE(plane_.Pause("a").ok());
  auto resumed = plane_.Change<v1::Job>(resume, ResumeJob);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->state(), v1::Job::QUEUED);
}

TEST_F(MutationTest, AnIdThatIsTooLongChangesNothing) {
  Create(JobRequest("a"));
  auto pause = Named<v1::PauseJobRequest>("jobs/a", std::string(129, 'x'));
  absl::Status status = plane_.Change<v1::Job>(pause, PauseJob).status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_THAT(std::string(status.message()), HasSubstr("request_id: "));
  EXPECT_EQ(StateOf("a"), v1::Job::QUEUED);
}

TEST_F(MutationTest, OldRequestsAreForgottenAFewAtATime) {
  for (int i = 0; i < 40; ++i) {
    v1::CreateJobRequest request = JobRequest(absl::StrCat("j", i));
    request.set_request_id(absl::StrCat("r", i));
    Create(request);
  }
  ASSERT_EQ(Requests(), 40);
  plane_.store.clock.Advance(absl::Hours(8 * 24));
  v1::CreateJobRequest request = JobRequest("new");
  request.set_request_id("new");
  Create(request);
  EXPECT_EQ(Requests(), 25);
  for (int i = 0; i < 2; ++i) {
    request.set_job_id(absl::StrCat("newer", i));
    request.set_request_id(absl::StrCat("newer", i));
    Create(request);
  }
  EXPECT_EQ(Requests(), 3);
}

TEST_F(MutationTest, EveryChangeHasItsRecord) {
  Create(JobRequest("a"));
  auto pause = Named<v1::PauseJobRequest>("jobs/a", "p1");
  ASSERT_TRUE(plane_.Change<v1::Job>(pause, PauseJob).ok());
  ASSERT_TRUE(plane_.Change<v1::Job>(pause, PauseJob).ok());
  Create(JobRequest("b"));
  std::vector<v1::AuditRecord> records = Audit("jobs/a");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].method(), "PauseJob");
  EXPECT_EQ(records[0].principal(), "ann");
  EXPECT_EQ(records[0].peer(), "ipv4:127.0.0.1:5000");
  EXPECT_EQ(records[0].resource(), "jobs/a");
  EXPECT_EQ(records[0].request_id(), "p1");
  EXPECT_TRUE(records[0].has_time());
  EXPECT_EQ(records[1].method(), "CreateJob");
  EXPECT_EQ(Audit()[0].resource(), "jobs/b");
}

TEST(MutationOfTest, SaysWhatWasAskedForBesideTheResource) {
  v1::DrainWorkerRequest request;
  request.set_name("workers/w");
  request.set_reason("new cables — ä");
  request.set_finish_jobs(true);
  request.set_request_id("r");
  Mutation mutation = MutationOf({}, request);
  EXPECT_EQ(mutation.method, "DrainWorker");
  EXPECT_EQ(mutation.resource, "workers/w");
  EXPECT_EQ(mutation.detail, "finish_jobs: true reason: \"new cables — ä\"");
  request.set_reason(std::string(5000, 'x'));
  EXPECT_EQ(MutationOf({}, request).detail.size(), 1024u);
}

TEST(MutationOfTest, TheFirstMessageOfAnUploadIsTheRequest) {
  v1::UploadDatasetRequest::Header header;
  header.set_request_id("r");
  EXPECT_EQ(MutationOf({}, header).method, "UploadDataset");
}

TEST(MutationOfTest, ANewResourceSaysByItselfWhatItIs) {
  v1::ForkJobRequest fork;
  fork.set_name("jobs/a/checkpoints/7");
  fork.set_job_id("b");
  fork.mutable_job()->set_display_name("x");
  EXPECT_EQ(MutationOf({}, fork).detail, "jobs/a/checkpoints/7");
}

}  // namespace
}  // namespace tunesmith::server
