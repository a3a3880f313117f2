#include "worker/agent/process/child_spawner.h"

#include <signal.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/fakes.h"
#include "tests/worker/agent/mailbox.h"
#include "worker/agent/process/device_probe.h"

namespace tunesmith::worker {
namespace {

using internal::v1::AgentMessage;
using internal::v1::TrainerMessage;
using ::testing::HasSubstr;

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
    auto process =
        spawner_->Spawn({.device = device, .environment = environment_}, sink);
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

  std::vector<std::string> environment_;
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

TEST_F(ChildSpawnerTest, EnvironmentIsTheAgentsButForWhatIsSaid) {
  setenv("TUNESMITH_TEST_SETTING", "kept", 1);
  setenv("CUDA_VISIBLE_DEVICES", "3", 1);
  unsetenv("PYTORCH_ALLOC_CONF");
  environment_ = {"CUDA_VISIBLE_DEVICES=", "CUDA_DEVICE_ORDER=PCI_BUS_ID"};
  auto process = SpawnActing("environment");
  unsetenv("TUNESMITH_TEST_SETTING");
  unsetenv("CUDA_VISIBLE_DEVICES");
  for (const char* setting :
       {"CUDA_VISIBLE_DEVICES=", "CUDA_DEVICE_ORDER=PCI_BUS_ID",
        "PYTORCH_ALLOC_CONF is not set", "TUNESMITH_TEST_SETTING=kept"}) {
    EXPECT_EQ(messages_.Take().event().log().message(), setting);
  }
}

class ProbeTest : public ::testing::Test {
 protected:
  absl::StatusOr<ProbeAnswer> Probe(const std::string& uuid) {
    auto probe = DeviceProbe::Start(
        uuid, clock_, spawner_,
        [this](TrainerExit exit) { exits_.Put(std::move(exit)); });
    EXPECT_TRUE(probe.ok()) << probe.status();
    if (patience_ < absl::InfiniteDuration()) {
      clock_.Advance(patience_);
      (*probe)->CheckDeadline();
    }
    return (*probe)->Conclude(exits_.Take());
  }

  std::string Failure(const std::string& uuid) {
    return std::string(Probe(uuid).status().message());
  }

  FakeClock clock_;
  absl::Duration patience_ = absl::InfiniteDuration();
  ChildSpawner spawner_{{.path = SCRIPTED_TRAINER}};
  Mailbox<TrainerExit> exits_;
};

TEST_F(ProbeTest, GpuThatWorksAnswers) {
  auto answer = Probe("GPU-a");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->compute_capability, "9.0");
}

TEST_F(ProbeTest, FailureIsToldInTheLastWordsOnOneLine) {
  EXPECT_EQ(Failure("GPU-broken"),
            "its probe ended by exit code 5: [error] no kernel image is "
            "available");
}

TEST_F(ProbeTest, KilledProbeIsAFailure) {
  EXPECT_EQ(Failure("GPU-killed"), "its probe ended by signal 9 (Killed)");
}

TEST_F(ProbeTest, GoodEndWithoutAnAnswerIsAFailure) {
  EXPECT_EQ(Failure("GPU-silent"),
            "its probe ended by exit code 0 without an answer");
}

TEST_F(ProbeTest, ProbeThatHangsIsKilled) {
  patience_ = absl::Minutes(2);
  auto answer = Probe("GPU-hangs");
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status()));
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("within 2m"));
}

TEST_F(ProbeTest, MissingTrainerIsNamed) {
  ChildSpawner spawner({.path = "/nonexistent/trainer"});
  auto probe = DeviceProbe::Start(
      "GPU-a", clock_, spawner,
      [this](TrainerExit exit) { exits_.Put(std::move(exit)); });
  ASSERT_TRUE(probe.ok());
  EXPECT_THAT(std::string((*probe)->Conclude(exits_.Take()).status().message()),
              HasSubstr("cannot execute /nonexistent/trainer"));
}

}  // namespace
}  // namespace tunesmith::worker
