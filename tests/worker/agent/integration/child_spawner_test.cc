#include "worker/agent/process/child_spawner.h"

#include <signal.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/mailbox.h"
#include "worker/agent/process/devices.h"

namespace tunesmith::worker {
namespace {

using internal::v1::AgentMessage;
using internal::v1::TrainerMessage;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ChildSpawnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<TrainerProcess> Spawn(const std::string& device = "cpu",
                                        std::string path = SCRIPTED_TRAINER) {
    spawner_ = std::make_unique<ChildSpawner>(ChildSpawner::Options{
        .path = std::move(path), .end_grace = absl::Milliseconds(50)});
    TrainerSink sink = {
        .on_message = [this](TrainerMessage m) { messages_.Put(std::move(m)); },
        .on_exit = [this](TrainerExit exit) { exits_.Put(std::move(exit)); },
    };
    auto process = spawner_->Spawn({.device = device}, sink);
    EXPECT_TRUE(process.ok()) << process.status();
    return *std::move(process);
  }

  // A trainer that is about to do `what`.
  std::unique_ptr<TrainerProcess> SpawnActing(const std::string& what) {
    auto process = Spawn();
    EXPECT_TRUE(messages_.Take().has_ready());
    AgentMessage message;
    message.mutable_assignment()
        ->mutable_item()
        ->mutable_inspect()
        ->mutable_dataset()
        ->set_name("datasets/" + what);
    EXPECT_TRUE(process->Send(message).ok());
    EXPECT_EQ(messages_.Take().progress().step(), 7);
    EXPECT_EQ(messages_.Take().event().log().message(), "first");
    return process;
  }

  std::unique_ptr<ChildSpawner> spawner_;
  Mailbox<TrainerMessage> messages_;
  Mailbox<TrainerExit> exits_;
};

TEST_F(ChildSpawnerTest, OutcomeComesBeforeCleanExit) {
  auto process = SpawnActing("succeed");
  EXPECT_EQ(messages_.Take().event().outcome().error().code(), 0);
  TrainerExit exit = exits_.Take();
  EXPECT_EQ(exit.signal, 0);
  EXPECT_EQ(exit.exit_code, 0);
  EXPECT_EQ(exit.channel_error, "");
}

TEST_F(ChildSpawnerTest, AbortIsReportedWithLastWords) {
  auto process = SpawnActing("abort");
  TrainerExit exit = exits_.Take();
  EXPECT_EQ(exit.signal, SIGABRT);
  EXPECT_THAT(exit.stderr_tail, HasSubstr("something is very wrong"));
}

TEST_F(ChildSpawnerTest, ExitCodeIsReported) {
  auto process = SpawnActing("exit");
  EXPECT_EQ(exits_.Take().exit_code, 3);
}

TEST_F(ChildSpawnerTest, KillEndsTrainerThatDoesNotListen) {
  auto process = SpawnActing("deaf");
  process->Kill();
  EXPECT_EQ(exits_.Take().signal, SIGKILL);
}

TEST_F(ChildSpawnerTest, TrainerWithAnotherLanguageIsKilled) {
  auto process = SpawnActing("garbage");
  TrainerExit exit = exits_.Take();
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_THAT(exit.channel_error, HasSubstr("out of bounds"));
}

TEST_F(ChildSpawnerTest, CancelReachesTrainer) {
  auto process = SpawnActing("cancellable");
  AgentMessage message;
  message.mutable_cancel();
  ASSERT_TRUE(process->Send(message).ok());
  EXPECT_EQ(messages_.Take().event().outcome().error().code(), 1);
}

TEST_F(ChildSpawnerTest, NothingOfAFloodIsLost) {
  auto process = SpawnActing("flood");
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(messages_.Take().event().log().message().size(), 100) << i;
  }
  EXPECT_TRUE(messages_.Take().event().has_outcome());
}

TEST_F(ChildSpawnerTest, SpareThatDiesIsReported) {
  auto process = Spawn("broken");
  TrainerExit exit = exits_.Take();
  EXPECT_EQ(exit.exit_code, 5);
  EXPECT_THAT(exit.stderr_tail, HasSubstr("no such device"));
}

TEST_F(ChildSpawnerTest, MissingProgramSaysSo) {
  auto process = Spawn("cpu", "/nonexistent/trainer");
  TrainerExit exit = exits_.Take();
  EXPECT_EQ(exit.exit_code, 127);
  EXPECT_THAT(exit.stderr_tail,
              HasSubstr("cannot execute /nonexistent/trainer: No such file"));
}

TEST_F(ChildSpawnerTest, SendToDeadTrainerIsUnavailable) {
  auto process = SpawnActing("kill");
  exits_.Take();
  EXPECT_EQ(process->Send(AgentMessage()).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(ChildSpawnerTest, DestructionEndsTrainer) {
  auto process = SpawnActing("deaf");
  process.reset();
  EXPECT_EQ(exits_.Take().signal, SIGKILL);
}

TEST_F(ChildSpawnerTest, TrainersDieWithTheSpawnersThread) {
  auto process = SpawnActing("deaf");
  spawner_.reset();
  EXPECT_EQ(exits_.Take().signal, SIGKILL);
}

TEST(ListDevicesTest, AsksTheTrainer) {
  auto devices = ListDevices(SCRIPTED_TRAINER, absl::Seconds(30));
  ASSERT_TRUE(devices.ok()) << devices.status();
  ASSERT_THAT(*devices, SizeIs(1));
  EXPECT_EQ((*devices)[0].id, "cpu");
  EXPECT_EQ((*devices)[0].memory_bytes, 1024);
}

TEST(ListDevicesTest, MissingTrainerIsNamed) {
  auto devices = ListDevices("/nonexistent/trainer", absl::Seconds(30));
  EXPECT_EQ(devices.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(devices.status().message()),
              HasSubstr("cannot execute /nonexistent/trainer"));
}

TEST(ListDevicesTest, SilentTrainerIsGivenUp) {
  auto devices = ListDevices("/bin/cat", absl::ZeroDuration());
  EXPECT_EQ(devices.status().code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace tunesmith::worker
