#ifndef TUNESMITH_TESTS_WORKER_AGENT_INTEGRATION_AGENT_FIXTURE_H_
#define TUNESMITH_TESTS_WORKER_AGENT_INTEGRATION_AGENT_FIXTURE_H_

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "proto/artifact/manifest.h"
#include "tests/worker/agent/mailbox.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"
#include "worker/agent/agent.h"

namespace tunesmith::worker {

// Lets a test play the server: one stream at a time, each held open until the
// test ends it.
class ScriptedServer : public internal::v1::WorkerSession::Service {
 public:
  using Stream = grpc::ServerReaderWriter<internal::v1::ServerMessage,
                                          internal::v1::WorkerMessage>;

  struct Call {
    grpc::ServerContext* context;
    Stream* stream;
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

  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override {
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

// A whole agent with real trainer processes against a scripted server.
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

  void StartAgent(AgentOptions options = {}) {
    // The machine's own GPUs do not matter, unless a test plays some.
    if (options.nvml_library == Nvml::kLibrary) options.nvml_library = "none";
    options.server = absl::StrCat("127.0.0.1:", server_.port());
    options.worker_id = "w1";
    options.artifact_root = root_ + "/artifacts";
    options.trainer = SCRIPTED_TRAINER;
    options.slots.auxiliary_slots = 1;
    options.slots.prediction_slots = 0;
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
    internal::v1::WorkerMessage message;
    EXPECT_TRUE(call_.stream->Read(&message));
    internal::v1::ServerMessage answer;
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

  // What should run: nothing, or the item "i1".
  void Desire(const std::string& what, bool cancel = false, int64_t fence = 1,
              int slot = 1) {
    internal::v1::ServerMessage message;
    internal::v1::DesiredState& desired = *message.mutable_desired();
    if (!what.empty()) {
      auto& assignment = *desired.add_assignments();
      assignment.set_slot(slot);
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
    internal::v1::ServerMessage message;
    message.mutable_ack()->set_item_uid("i1");
    message.mutable_ack()->set_fence(1);
    message.mutable_ack()->set_sequence(sequence);
    message.mutable_ack()->set_fenced(fenced);
    call_.stream->Write(message);
  }

  // The next event, in whatever batch it comes.
  internal::v1::WorkEvent NextEvent() {
    internal::v1::WorkerMessage message;
    while (unread_.events_size() == 0 && call_.stream->Read(&message)) {
      if (message.has_events()) unread_ = message.events();
    }
    if (unread_.events_size() == 0) return {};
    internal::v1::WorkEvent event = unread_.events(0);
    unread_.mutable_events()->DeleteSubrange(0, 1);
    return event;
  }

  internal::v1::Outcome AwaitOutcome() {
    while (true) {
      internal::v1::WorkEvent event = NextEvent();
      if (event.sequence() == 0 || event.has_outcome()) return event.outcome();
      last_before_outcome_ = event.sequence();
    }
  }

  // Reads until a report names `count` items.
  internal::v1::Report AwaitReport(int count) {
    internal::v1::WorkerMessage message;
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
  internal::v1::Events unread_;
  int64_t last_before_outcome_ = 0;
  Mailbox<bool> ended_;
  std::unique_ptr<Agent> agent_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_AGENT_INTEGRATION_AGENT_FIXTURE_H_
