#include "client/cpp/client.h"

#include "client/cpp/await_ready.h"
#include "client/cpp/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "tests/client/client_fixture.h"
#include "tests/client/fake_server.h"

namespace tunesmith::client {
namespace {

using testing::FakeClock;
using testing::FakePause;
using testing::FakeServer;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ClientTest : public ::testing::Test {
 protected:
  FakeServer server_;
  FakeClock clock_;
  FakePause pause_{clock_};
  Cancellation cancellation_;
  Client client_{MakeChannel(server_.address()), cancellation_, pause_};
};

absl::Status Draining() {
  return UnavailableError(v1::ERROR_REASON_DRAINING, "stopping",
                          absl::Seconds(1));
}

TEST_F(ClientTest, IdempotentCallIsRepeatedAfterUnavailable) {
  int calls = 0;
  server_.jobs.get = [&](const v1::GetJobRequest& request, v1::Job& job) {
    job.set_name(request.name());
    return ++calls < 3 ? Draining() : absl::OkStatus();
  };
  absl::StatusOr<v1::Job> job = client_.GetJob("jobs/a");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name(), "jobs/a");
  EXPECT_EQ(calls, 3);
}

TEST_F(ClientTest, RetriesAreCappedInNumberAndLength) {
  int calls = 0;
  server_.jobs.get = [&](const auto&, auto&) {
    ++calls;
    return Draining();
  };
  absl::Status status = client_.GetJob("jobs/a").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
  EXPECT_EQ(calls, RetryPolicy().max_attempts);
  ASSERT_THAT(pause_.pauses, SizeIs(calls - 1));
  EXPECT_GT(pause_.pauses.back(), pause_.pauses.front());
  for (absl::Duration pause : pause_.pauses) {
    EXPECT_LE(pause, RetryPolicy().max_backoff);
  }
}

TEST_F(ClientTest, CallThatCouldHappenTwiceIsNotRepeated) {
  int calls = 0;
  server_.storage.prune = [&](const auto&, auto&) {
    ++calls;
    return Draining();
  };
  EXPECT_FALSE(client_.PruneStorage({}).ok());
  EXPECT_EQ(calls, 1);
}

TEST_F(ClientTest, ChangesAreRepeatedWithOneId) {
  std::vector<std::string> ids;
  auto note = [&](const auto& request, auto&) {
    ids.push_back(request.request_id());
    return ids.size() % 2 == 1 ? Draining() : absl::OkStatus();
  };
  server_.datasets.create = note;
  server_.models.import = note;
  server_.jobs.cancel = note;
  server_.jobs.pause = note;
  server_.jobs.resume = note;
  server_.jobs.update = note;
  server_.jobs.retry = note;
  server_.jobs.cancel_many = note;
  server_.jobs.remove = note;
  EXPECT_TRUE(client_.CreateDataset({}).ok());
  EXPECT_TRUE(client_.ImportModel({}).ok());
  EXPECT_TRUE(client_.CancelJob("jobs/a").ok());
  EXPECT_TRUE(client_.PauseJob("jobs/a").ok());
  EXPECT_TRUE(client_.ResumeJob("jobs/a").ok());
  EXPECT_TRUE(client_.UpdateJob({}).ok());
  EXPECT_TRUE(client_.RetryJob("jobs/a").ok());
  EXPECT_TRUE(client_.CancelJobs({}).ok());
  EXPECT_TRUE(client_.DeleteJob("jobs/a").ok());
  ASSERT_THAT(ids, SizeIs(18));
  for (size_t i = 0; i < ids.size(); i += 2) {
    EXPECT_THAT(ids[i], SizeIs(32));
    EXPECT_EQ(ids[i], ids[i + 1]);
    EXPECT_NE(ids[i], i == 0 ? "" : ids[i - 1]);
  }
}

TEST_F(ClientTest, RepeatedCreateJobCarriesTheSameGeneratedRequestId) {
  std::vector<std::string> ids;
  server_.jobs.create = [&](const v1::CreateJobRequest& request, auto&) {
    ids.push_back(request.request_id());
    return ids.size() < 2 ? Draining() : absl::OkStatus();
  };
  ASSERT_TRUE(client_.CreateJob({}).ok());
  ASSERT_THAT(ids, SizeIs(2));
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_THAT(ids[0], SizeIs(32));
  ASSERT_TRUE(client_.CreateJob({}).ok());
  EXPECT_NE(ids[2], ids[0]);
}

TEST_F(ClientTest, GivenRequestIdIsKept) {
  std::string id;
  server_.jobs.create = [&](const v1::CreateJobRequest& request, auto&) {
    id = request.request_id();
    return absl::OkStatus();
  };
  v1::CreateJobRequest request;
  request.set_request_id("mine");
  ASSERT_TRUE(client_.CreateJob(request).ok());
  EXPECT_EQ(id, "mine");
}

TEST_F(ClientTest, ErrorKeepsReasonAndViolations) {
  server_.jobs.create = [](const auto&, auto&) {
    return InvalidFieldsError({{"job.spec.seed", "too large"}});
  };
  absl::Status status = client_.CreateJob({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.BadRequest")
                  .has_value());
}

TEST_F(ClientTest, CancelledClientMakesNoCall) {
  cancellation_.Cancel();
  EXPECT_EQ(client_.GetJob("jobs/a").status().code(),
            absl::StatusCode::kCancelled);
}

TEST_F(ClientTest, AwaitDatasetPollsUntilReady) {
  int calls = 0;
  server_.datasets.get = [&](const auto&, v1::Dataset& dataset) {
    dataset.set_state(++calls < 4 ? v1::Dataset::INSPECTING
                                  : v1::Dataset::READY);
    return absl::OkStatus();
  };
  auto dataset = AwaitDataset(client_, clock_, "datasets/a", absl::Minutes(1));
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(calls, 4);
}

TEST_F(ClientTest, AwaitDatasetGivesTheDatasetsOwnError) {
  server_.datasets.get = [&](const auto&, v1::Dataset& dataset) {
    dataset.set_state(v1::Dataset::FAILED);
    *dataset.mutable_error() = ToRpcStatus(
        MakeError(absl::StatusCode::kInvalidArgument,
                  v1::ERROR_REASON_MALFORMED_FILE, "not a CSV file"));
    return absl::OkStatus();
  };
  absl::Status status =
      AwaitDataset(client_, clock_, "datasets/a", absl::Minutes(1)).status();
  EXPECT_EQ(ReasonOf(status), "MALFORMED_FILE");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("datasets/a: not a CSV file"));
}

TEST_F(ClientTest, AwaitModelGivesUpAfterItsTimeout) {
  server_.models.get = [&](const auto&, v1::Model& model) {
    model.set_state(v1::Model::IMPORTING);
    return absl::OkStatus();
  };
  absl::Status status =
      AwaitModel(client_, clock_, "models/a", absl::Minutes(1)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GE(clock_.Monotonic(), absl::Minutes(1));
  EXPECT_LT(clock_.Monotonic(), absl::Minutes(2));
}

}  // namespace
}  // namespace tunesmith::client
