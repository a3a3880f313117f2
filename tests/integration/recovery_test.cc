// Streams that break, workers that start anew, and a server that restarts.
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "proto/contract/error.h"
#include "tests/integration/test_server.h"

namespace tunesmith::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class RecoveryTest : public ServerTest {
 protected:
  RecoveryTest() : worker_(std::make_unique<ScriptedWorker>(WorkerOptions())) {
    EXPECT_TRUE(worker_->Connect().ok());
    CreateInputs(*worker_);
  }

  static void ExpectWhole(const std::vector<v1::JobEvent>& events,
                          int attempts) {
    int running = 0;
    for (size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
      if (events[i].state_changed().to() == v1::Job::RUNNING) ++running;
    }
    EXPECT_EQ(running, attempts);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().state_changed().to(), v1::Job::SUCCEEDED);
  }

  std::unique_ptr<ScriptedWorker> worker_;
};

// What a start on the data directory ends with.
absl::Status StatusOfStart(const server::ServerOptions& options) {
  return server::Server::Create(options).status();
}

TEST_F(RecoveryTest, AMissingDatabaseCostsNoArtifact) {
  const int artifacts = CountArtifacts();
  ASSERT_GT(artifacts, 0);
  StopServer();
  std::filesystem::rename(data_dir() + "/db", base_ + "/elsewhere");

  // Not there, then begun and empty, as the mount point of a volume.
  absl::Status missing = StatusOfStart(options_);
  EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition) << missing;
  EXPECT_THAT(std::string(missing.message()),
              ::testing::HasSubstr("the database of the data directory is "
                                   "missing"));
  std::ofstream(data_dir() + "/db/tunesmith.sqlite3");
  EXPECT_FALSE(StatusOfStart(options_).ok());
  EXPECT_EQ(CountArtifacts(), artifacts);

  std::filesystem::remove_all(data_dir() + "/db");
  std::filesystem::rename(base_ + "/elsewhere", data_dir() + "/db");
  StartServer();
  EXPECT_EQ(CountArtifacts(), artifacts);
}

TEST_F(RecoveryTest, AnotherDirectorysDatabaseIsRefused) {
  const int artifacts = CountArtifacts();
  StopServer();
  server::ServerOptions other = options_;
  other.data_dir = base_ + "/other";
  ASSERT_TRUE(StatusOfStart(other).ok());
  std::filesystem::remove_all(data_dir() + "/db");
  std::filesystem::rename(base_ + "/other/db", data_dir() + "/db");

  absl::Status wrong = StatusOfStart(options_);
  EXPECT_EQ(wrong.code(), absl::StatusCode::kFailedPrecondition) << wrong;
  EXPECT_THAT(std::string(wrong.message()),
              ::testing::HasSubstr("of another data directory"));
  EXPECT_EQ(CountArtifacts(), artifacts);
}

TEST_F(RecoveryTest, AReconnectOfTheSameBootGoesOn) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_->AwaitWork("jobs/one");
  worker_->Send(work, {LossEvent(1, 0.7)});
  worker_->AwaitAck(work);
  worker_->Disconnect();
  ASSERT_TRUE(worker_->Connect().ok());
  ScriptedWorker::Assignment again = worker_->AwaitWork("jobs/one");
  EXPECT_EQ(again.item().fence(), work.item().fence());
  // What was acknowledged before counts once.
  worker_->Send(again, {LossEvent(2, 0.6)});
  worker_->SendAgain(again);
  EXPECT_EQ(worker_->AwaitAck(again).sequence(), 2);
  worker_->Succeed(again);
  std::vector<v1::JobEvent> events = WatchToEnd("jobs/one");
  EXPECT_THAT(events, SizeIs(5));
  ExpectWhole(events, /*attempts=*/1);
}

TEST_F(RecoveryTest, ANewerBootFreesTheWorkOfTheOldOneAtOnce) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_->AwaitWork("jobs/one");
  ScriptedWorker::Options options = WorkerOptions();
  options.boot_id = 2;
  ScriptedWorker newer(options);
  ASSERT_TRUE(newer.Connect().ok());
  EXPECT_EQ(worker_->AwaitEnd().error_code(), grpc::StatusCode::ABORTED);
  ScriptedWorker::Assignment again = newer.AwaitWork("jobs/one");
  EXPECT_GT(again.item().fence(), work.item().fence());
  EXPECT_EQ(again.item().attempt(), 2);
  newer.Succeed(again);
  ExpectWhole(WatchToEnd("jobs/one"), /*attempts=*/2);
  // The old one is not let in again.
  EXPECT_EQ(worker_->Connect().error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(RecoveryTest, ResultsUnderALostLeaseAreRefused) {
  CreateJob("one");
  ScriptedWorker::Assignment old = worker_->AwaitWork("jobs/one");
  worker_->Fail(old,
                MakeError(absl::StatusCode::kAborted,
                          v1::ERROR_REASON_TRAINER_DIED, "signal 9"),
                /*retryable=*/true);
  worker_->AwaitGone(old);
  ScriptedWorker::Assignment current = worker_->AwaitWork("jobs/one");
  ASSERT_GT(current.item().fence(), old.item().fence());
  // A result of the first attempt, from the same worker.
  ScriptedWorker::Options options = WorkerOptions();
  options.worker_id = "other";
  options.training_slots = 0;
  ScriptedWorker other(options);
  ASSERT_TRUE(other.Connect().ok());
  other.Succeed(old);
  EXPECT_TRUE(other.AwaitAck(old).fenced());
  // The current lease, but not of this worker.
  ScriptedWorker::Assignment stolen = current;
  stolen.mutable_item()->mutable_train()->set_output_key("stolen/1");
  other.Succeed(stolen);
  EXPECT_TRUE(other.AwaitAck(stolen).fenced());
  EXPECT_EQ(GetJob("jobs/one").state(), v1::Job::RUNNING);
  worker_->Succeed(current);
  ExpectWhole(WatchToEnd("jobs/one"), /*attempts=*/2);
}

TEST_F(RecoveryTest, WhatAFailedAttemptDidNotReportIsDeleted) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_->AwaitWork("jobs/one");
  std::filesystem::path group =
      artifact_root() + "/" + work.item().train().checkpoint_group();
  std::filesystem::create_directories(group / "10");
  std::ofstream(group / "10" / "state.json") << "{}";
  worker_->Fail(work,
                MakeError(absl::StatusCode::kAborted,
                          v1::ERROR_REASON_TRAINER_DIED, "signal 9"),
                /*retryable=*/true);
  worker_->AwaitGone(work);
  // Ends what runs on files.
  StopServer();
  EXPECT_FALSE(std::filesystem::exists(group));
}

TEST_F(RecoveryTest, AServerThatRestartsGoesOnWithARunningJob) {
  CreateJob("one");
  ScriptedWorker::Assignment work = worker_->AwaitWork("jobs/one");
  worker_->Send(work, {LossEvent(1, 0.7)});
  worker_->AwaitAck(work);
  CreateJob("two");
  StopServer();
  grpc::Status end = worker_->AwaitEnd();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOfCall(end), "DRAINING");
  worker_->Disconnect();

  StartServer();
  EXPECT_EQ(GetJob("jobs/one").state(), v1::Job::RUNNING);
  EXPECT_EQ(GetJob("jobs/two").wait().reason(), v1::Wait::NO_WORKER);
  worker_->set_address(server_->address());
  ASSERT_TRUE(worker_->Connect().ok());
  ScriptedWorker::Assignment again = worker_->AwaitWork("jobs/one");
  EXPECT_EQ(again.item().fence(), work.item().fence());
  worker_->Succeed(again);
  std::vector<v1::JobEvent> events = WatchToEnd("jobs/one");
  ExpectWhole(events, /*attempts=*/1);
  EXPECT_EQ(events[2].metric().step(), 1);
  worker_->Succeed(worker_->AwaitWork("jobs/two"));
  ExpectWhole(WatchToEnd("jobs/two"), /*attempts=*/1);
}

TEST_F(RecoveryTest, ALostWorkersJobIsRepeatedAfterTheGrace) {
  worker_->Disconnect();
  StopServer();
  options_.disconnect_grace = absl::Milliseconds(1);
  StartServer();
  worker_->set_address(server_->address());
  ASSERT_TRUE(worker_->Connect().ok());
  CreateJob("one");
  worker_->AwaitWork("jobs/one");
  worker_->Disconnect();
  ScriptedWorker::Options options = WorkerOptions();
  options.worker_id = "other";
  ScriptedWorker other(options);
  ASSERT_TRUE(other.Connect().ok());
  ScriptedWorker::Assignment again = other.AwaitWork("jobs/one");
  EXPECT_EQ(again.item().attempt(), 2);
  other.Succeed(again);
  ExpectWhole(WatchToEnd("jobs/one"), /*attempts=*/2);
}

TEST_F(RecoveryTest, AWatcherHearsThatTheServerStops) {
  CreateJob("one");
  worker_->AwaitWork("jobs/one");
  v1::WatchJobRequest request;
  request.set_name("jobs/one");
  auto context = CallContext();
  auto stream = jobs_->WatchJob(context.get(), request);
  v1::WatchJobResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.event().state_changed().to(), v1::Job::RUNNING);
  StopServer();
  EXPECT_FALSE(stream->Read(&response));
  grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOfCall(status), "DRAINING");
}

TEST_F(RecoveryTest, WhatHasNoRecordIsPutAsideAfterTheStart) {
  int before = CountArtifacts();
  std::string uid = "0123456789abcdef0123456789abcdef";
  StopServer();
  MakeArtifact(uid + "/0");
  EXPECT_EQ(CountArtifacts(), before + 1);
  StartServer();
  absl::Time patience = absl::Now() + absl::Seconds(20);
  while (CountArtifacts() != before && absl::Now() < patience) {
    std::this_thread::yield();
  }
  EXPECT_EQ(CountArtifacts(), before);
  v1::ListStoredItemsRequest request;
  request.set_kind(v1::StoredItem::QUARANTINED);
  v1::ListStoredItemsResponse stored;
  ASSERT_TRUE(
      storage_->ListStoredItems(CallContext().get(), request, &stored).ok());
  ASSERT_EQ(stored.items_size(), 1);
  const std::string path = stored.items(0).path();
  EXPECT_THAT(path, ::testing::HasSubstr("/artifacts/" + uid + "/0"));
  EXPECT_TRUE(std::filesystem::is_directory(data_dir() + "/" + path));
}

}  // namespace
}  // namespace tunesmith::testing
