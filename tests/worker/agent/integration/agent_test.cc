// A whole agent with real trainer processes against a scripted server.
#include "worker/agent/agent.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/mailbox.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"

namespace tunesmith::worker {
namespace {

using internal::v1::DesiredState;
using internal::v1::Events;
using internal::v1::Outcome;
using internal::v1::ServerMessage;
using internal::v1::WorkerMessage;
using internal::v1::WorkEvent;
using ::testing::HasSubstr;

using ServerStream = grpc::ServerReaderWriter<ServerMessage, WorkerMessage>;

// Lets a test play the server: one stream at a time, each held open until the
// test ends it.
class ScriptedServer : public internal::v1::WorkerSession::Service {
 public:
  struct Call {
    grpc::ServerContext* context;
    ServerStream* stream;
    Mailbox<grpc::Status>* end;
  };

  explicit ScriptedServer(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port),
                             grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  ~ScriptedServer() override { Stop(); }

  grpc::Status Connect(grpc::ServerContext* context,
                       ServerStream* stream) override {
    Mailbox<grpc::Status> end;
    calls_.Put({context, stream, &end});
    return end.Take();
  }

  Call NextCall() { return calls_.Take(); }
  int port() const { return port_; }
  void Stop() { server_->Shutdown(std::chrono::system_clock::now()); }

 private:
  int port_ = 0;
  Mailbox<Call> calls_;
  std::unique_ptr<grpc::Server> server_;
};

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() {
    std::string name = ::testing::TempDir() + "agent-XXXXXX";
    root_ = mkdtemp(name.data());
    std::filesystem::create_directories(root_ + "/artifacts/d1/1");
    std::ofstream(root_ + "/artifacts/d1/1/data.csv") << "text,label\n";
    EXPECT_TRUE(SealDirectory(root_ + "/artifacts/d1/1").ok());
  }

  ~AgentTest() override {
    // Before the stream ends, or it would open another.
    agent_.reset();
    if (call_.end != nullptr) call_.end->Put(grpc::Status::OK);
    std::filesystem::remove_all(root_);
  }

  void StartAgent() {
    AgentOptions options;
    options.server = absl::StrCat("127.0.0.1:", server_.port());
    options.worker_id = "w1";
    options.artifact_root = root_ + "/artifacts";
    options.trainer = SCRIPTED_TRAINER;
    options.slots.auxiliary_slots = 1;
    options.ready_file = root_ + "/ready";
    options.build = "test";
    options.on_end = [this] { ended_.Put(true); };
    auto agent = Agent::Create(std::move(options));
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
  }

  // Answers the worker's next stream; returns its Hello.
  internal::v1::Hello Accept() {
    call_ = server_.NextCall();
    WorkerMessage message;
    EXPECT_TRUE(call_.stream->Read(&message));
    ServerMessage answer;
    answer.mutable_welcome()->set_protocol(1);
    answer.mutable_welcome()->mutable_lease_term()->set_seconds(10);
    answer.mutable_welcome()->mutable_report_interval()->set_nanos(20000000);
    call_.stream->Write(answer);
    return message.hello();
  }

  void EndStream(const grpc::Status& status) {
    call_.end->Put(status);
    call_.end = nullptr;
  }

  // What should run: nothing, or the item "i1" in the auxiliary slot.
  void Desire(const std::string& what, bool cancel = false, int64_t fence = 1) {
    ServerMessage message;
    DesiredState& desired = *message.mutable_desired();
    if (!what.empty()) {
      auto& assignment = *desired.add_assignments();
      assignment.set_slot(1);
      assignment.set_cancel(cancel);
      assignment.mutable_item()->set_uid("i1");
      assignment.mutable_item()->set_fence(fence);
      auto& dataset =
          *assignment.mutable_item()->mutable_inspect()->mutable_dataset();
      dataset.set_name("datasets/" + what);
      dataset.mutable_artifact()->set_key(artifact_key_);
    }
    call_.stream->Write(message);
  }

  void Acknowledge(int64_t sequence, bool fenced = false) {
    ServerMessage message;
    message.mutable_ack()->set_item_uid("i1");
    message.mutable_ack()->set_fence(1);
    message.mutable_ack()->set_sequence(sequence);
    message.mutable_ack()->set_fenced(fenced);
    call_.stream->Write(message);
  }

  // The next event, in whatever batch it comes.
  WorkEvent NextEvent() {
    WorkerMessage message;
    while (unread_.events_size() == 0 && call_.stream->Read(&message)) {
      if (message.has_events()) unread_ = message.events();
    }
    if (unread_.events_size() == 0) return {};
    WorkEvent event = unread_.events(0);
    unread_.mutable_events()->DeleteSubrange(0, 1);
    return event;
  }

  Outcome AwaitOutcome() {
    while (true) {
      WorkEvent event = NextEvent();
      if (event.sequence() == 0 || event.has_outcome()) return event.outcome();
      last_before_outcome_ = event.sequence();
    }
  }

  // Reads until a report names `count` items.
  internal::v1::Report AwaitReport(int count) {
    WorkerMessage message;
    while (call_.stream->Read(&message)) {
      if (message.report().running_size() == count && message.has_report()) {
        return message.report();
      }
    }
    ADD_FAILURE() << "stream ended";
    return {};
  }

  std::string root_;
  std::string artifact_key_ = "d1/1";
  ScriptedServer server_;
  ScriptedServer::Call call_ = {};
  Events unread_;
  int64_t last_before_outcome_ = 0;
  Mailbox<bool> ended_;
  std::unique_ptr<Agent> agent_;
};

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
  EXPECT_EQ(hello.slots(0).device_name(), "Toy");
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
