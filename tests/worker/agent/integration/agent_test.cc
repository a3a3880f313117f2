#include "worker/agent/agent.h"

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/integration/agent_fixture.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using internal::v1::WorkEvent;
using ::testing::HasSubstr;

v1::ErrorReason ReasonIn(const Outcome& outcome) {
  return ErrorReasonOf(FromRpcStatus(outcome.error()));
}

TEST_F(AgentTest, HelloNamesSlotsAndVersion) {
  StartAgent();
  internal::v1::Hello hello = Accept();
  EXPECT_EQ(hello.worker_id(), "w1");
  EXPECT_EQ(hello.min_protocol(), 1);
  EXPECT_GT(hello.boot_id(), 0);
  ASSERT_EQ(hello.slots_size(), 2);
  EXPECT_EQ(hello.slots(0).purpose(), v1::Slot::TRAINING);
  EXPECT_EQ(hello.slots(0).device(), "cpu");
  EXPECT_NE(hello.slots(0).device_name(), "");
  EXPECT_EQ(hello.report().out_of_service_size(), 0);
  EXPECT_EQ(hello.slots(1).purpose(), v1::Slot::AUXILIARY);
  EXPECT_EQ(hello.slots(1).threads(), 1);
}

TEST_F(AgentTest, ReadyFileNamesTheMetricsPort) {
  StartAgent();
  Accept();
  AwaitReport(0);
  std::ifstream file(root_ + "/ready");
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(text,
            absl::StrCat("{\"metrics_port\":", agent_->metrics_port(), "}"));
}

TEST_F(AgentTest, ItemRunsToItsOutcomeAndLeavesTheReport) {
  StartAgent();
  Accept();
  Desire("succeed");
  EXPECT_EQ(NextEvent().log().message(), "first");
  WorkEvent last = NextEvent();
  EXPECT_TRUE(last.has_outcome());
  EXPECT_EQ(last.sequence(), 2);
  EXPECT_EQ(AwaitReport(1).running(0).item_uid(), "i1");
  Acknowledge(2);
  AwaitReport(0);
}

TEST_F(AgentTest, FinishedItemIsNotStartedByAStaleState) {
  StartAgent();
  Accept();
  Desire("succeed");
  AwaitOutcome();
  Acknowledge(2);
  Desire("succeed");
  AwaitReport(0);
  // The same item under a new lease does run.
  Desire("succeed", false, 2);
  EXPECT_EQ(AwaitReport(1).running(0).fence(), 2);
}

TEST_F(AgentTest, ReconnectSendsUnacknowledgedEventsAgainInOrder) {
  StartAgent();
  Accept();
  Desire("flood");
  AwaitReport(1);
  for (int i = 1; i <= 700; ++i) ASSERT_EQ(NextEvent().sequence(), i);
  Acknowledge(500);
  // Written after the acknowledgement was read, so it was applied.
  while (NextEvent().sequence() < 2049) {
  }
  EndStream(grpc::Status(grpc::StatusCode::UNAVAILABLE, "restart"));
  unread_.Clear();
  internal::v1::Hello hello = Accept();
  ASSERT_EQ(hello.report().running_size(), 1);
  Desire("flood");
  for (int i = 501; i <= 2000; ++i) ASSERT_EQ(NextEvent().sequence(), i);
}

TEST_F(AgentTest, TrainerSurvivesTheServersRestart) {
  StartAgent();
  Accept();
  Desire("cancellable");
  EXPECT_EQ(NextEvent().log().message(), "first");
  EndStream(grpc::Status(grpc::StatusCode::UNAVAILABLE, "restart"));
  EXPECT_EQ(Accept().report().running(0).progress().step(), 7);
  Desire("cancellable", /*cancel=*/true);
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(outcome.error().code(), 1);
  EXPECT_EQ(last_before_outcome_, 1);
}

TEST_F(AgentTest, StoppedTrainerIsReplacedAsAFaultOfThePlace) {
  AgentOptions options;
  options.trainer_patience = absl::Milliseconds(400);
  StartAgent(options);
  Accept();
  Desire("hang");
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(outcome.place_fault(), v1::PLACE_FAULT_HANG);
  EXPECT_EQ(ReasonIn(outcome), v1::ERROR_REASON_TRAINER_DIED);
}

TEST_F(AgentTest, RestartIsTheSameInstanceAndASecondStartIsRefused) {
  StartAgent();
  internal::v1::Hello first = Accept();
  EXPECT_THAT(first.instance_id(), ::testing::MatchesRegex("[0-9a-f]+"));
  AgentOptions second;
  second.nvml_library = "none";
  second.server = absl::StrCat("127.0.0.1:", server_.port());
  second.worker_id = "w1";
  second.artifact_root = root_ + "/artifacts";
  second.trainer = SCRIPTED_TRAINER;
  auto refused = Agent::Create(second);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("--worker-id of its own"));
  agent_.reset();
  EndStream(grpc::Status::OK);
  StartAgent();
  internal::v1::Hello again = Accept();
  EXPECT_EQ(again.instance_id(), first.instance_id());
  EXPECT_GT(again.boot_id(), first.boot_id());
}

TEST_F(AgentTest, FencedItemIsKilledAndForgotten) {
  StartAgent();
  Accept();
  Desire("deaf");
  AwaitReport(1);
  Acknowledge(0, /*fenced=*/true);
  AwaitReport(0);
  Desire("succeed", false, 2);
  EXPECT_EQ(AwaitOutcome().error().code(), 0);
}

TEST_F(AgentTest, AbsenceStopsTheItem) {
  StartAgent();
  Accept();
  Desire("deaf");
  AwaitReport(1);
  Desire("");
  AwaitReport(0);
  Desire("succeed", false, 2);
  EXPECT_EQ(AwaitOutcome().error().code(), 0);
}

TEST_F(AgentTest, DeafTrainerIsKilledAndReportedCancelled) {
  StartAgent();
  Accept();
  Desire("deaf");
  NextEvent();
  Desire("deaf", /*cancel=*/true);
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(ReasonIn(outcome), v1::ERROR_REASON_CANCELLED);
  EXPECT_FALSE(outcome.retryable());
}

TEST_F(AgentTest, KilledTrainerIsAnAbortedOutcome) {
  StartAgent();
  Accept();
  Desire("kill");
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(ReasonIn(outcome), v1::ERROR_REASON_TRAINER_DIED);
  EXPECT_THAT(outcome.error().message(), HasSubstr("signal 9"));
  EXPECT_TRUE(outcome.retryable());
}

TEST_F(AgentTest, AbortedTrainersLastWordsAreReported) {
  StartAgent();
  Accept();
  Desire("abort");
  EXPECT_THAT(AwaitOutcome().error().message(),
              HasSubstr("something is very wrong"));
}

TEST_F(AgentTest, MissingArtifactFailsTheItem) {
  artifact_key_ = "gone/1";
  StartAgent();
  Accept();
  Desire("succeed");
  Outcome outcome = AwaitOutcome();
  EXPECT_EQ(outcome.error().code(), 5);
  EXPECT_THAT(outcome.error().message(), HasSubstr("gone/1"));
}

TEST_F(AgentTest, NewItemDoesNotWaitForALingeringTrainer) {
  StartAgent();
  Accept();
  Desire("linger");
  AwaitOutcome();
  Desire("succeed", false, 2);
  EXPECT_EQ(AwaitOutcome().error().code(), 0);
}

TEST_F(AgentTest, EvictedWorkerEnds) {
  StartAgent();
  Accept();
  EndStream(grpc::Status(grpc::StatusCode::ABORTED, "newer boot"));
  EXPECT_TRUE(ended_.Take());
  EXPECT_EQ(agent_->status().code(), absl::StatusCode::kAborted);
}

TEST(AgentCreateTest, RefusesAddressBeyondLoopback) {
  AgentOptions options;
  options.server = "10.0.0.1:1";
  options.worker_id = "w";
  EXPECT_THAT(std::string(Agent::Create(options).status().message()),
              HasSubstr("--server: refusing"));
  options.server = "127.0.0.1:1";
  options.metrics_address = "0.0.0.0:0";
  EXPECT_THAT(std::string(Agent::Create(options).status().message()),
              HasSubstr("--metrics-address: refusing"));
}

}  // namespace
}  // namespace tunesmith::worker
