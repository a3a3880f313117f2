#ifndef TUNESMITH_TESTS_SERVER_WORKERS_SESSION_SESSION_FIXTURE_H_
#define TUNESMITH_TESTS_SERVER_WORKERS_SESSION_SESSION_FIXTURE_H_

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "proto/contract/rpc/grpc_status.h"
#include "server/workers/worker_session_service.h"
#include "tests/server/workers/workers_rig.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"

namespace tunesmith::server {

// A worker's end of a stream, driven by the test.
class TestWorker {
 public:
  explicit TestWorker(internal::v1::WorkerSession::Stub& stub) {
    // Far beyond what any test needs: a stuck one fails and does not hang.
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::seconds(40));
    stream_ = stub.Connect(&context_);
  }
  ~TestWorker() { context_.TryCancel(); }

  void Send(const internal::v1::Hello& hello) {
    internal::v1::WorkerMessage message;
    *message.mutable_hello() = hello;
    stream_->Write(message);
  }
  void Send(const internal::v1::Report& report) {
    internal::v1::WorkerMessage message;
    *message.mutable_report() = report;
    stream_->Write(message);
  }
  void Send(const LeaseKey& lease,
            const std::vector<internal::v1::WorkEvent>& events) {
    internal::v1::WorkerMessage message;
    message.mutable_events()->set_item_uid(lease.item_uid);
    message.mutable_events()->set_fence(lease.fence);
    for (const auto& event : events) {
      *message.mutable_events()->add_events() = event;
    }
    stream_->Write(message);
  }

  // The next message, empty at the end of the stream.
  internal::v1::ServerMessage Next() {
    internal::v1::ServerMessage message;
    if (!stream_->Read(&message)) message.Clear();
    return message;
  }
  internal::v1::DesiredState NextDesired() {
    internal::v1::ServerMessage message = Next();
    EXPECT_TRUE(message.has_desired()) << message.DebugString();
    return message.desired();
  }
  internal::v1::Ack NextAck() {
    internal::v1::ServerMessage message = Next();
    EXPECT_TRUE(message.has_ack()) << message.DebugString();
    return message.ack();
  }
  // Greets and returns the first state.
  internal::v1::DesiredState Join(const internal::v1::Hello& hello) {
    Send(hello);
    internal::v1::ServerMessage message = Next();
    EXPECT_TRUE(message.has_welcome()) << message.DebugString();
    return NextDesired();
  }

  void Leave() { stream_->WritesDone(); }
  // Reads up to the end of the stream.
  absl::Status End() {
    while (Next().kind_case() != internal::v1::ServerMessage::KIND_NOT_SET) {
    }
    return FromGrpcStatus(stream_->Finish());
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<internal::v1::WorkerMessage,
                                           internal::v1::ServerMessage>>
      stream_;
};

// The service behind a real gRPC server, with a writer thread.
class SessionTest : public testing::Test {
 protected:
  SessionTest() : service_(&rig_.context) {
    rig_.AddJob("a");
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = internal::v1::WorkerSession::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
    StartWriter();
  }

  ~SessionTest() override {
    rig_.registry.Shutdown(absl::UnavailableError("the test ends"));
    server_->Shutdown(std::chrono::system_clock::now());
    StopWriter();
  }

  void StartWriter() {
    writer_ = std::thread([this] {
      Store& store = *rig_.plane.store.store;
      while (store.WaitForWrites()) {
        largest_group_ = std::max(largest_group_, store.CommitPending());
      }
    });
  }
  void StopWriter() {
    rig_.plane.store.store->Stop();
    if (writer_.joinable()) writer_.join();
  }

  std::unique_ptr<TestWorker> NewWorker() {
    return std::make_unique<TestWorker>(*stub_);
  }
  std::unique_ptr<TestWorker> Joined(int64_t boot) {
    auto worker = NewWorker();
    worker->Join(HelloOf("w1", boot));
    return worker;
  }
  // What the scheduler does, and the worker then hears.
  WorkRow Lease(TestWorker& worker, int64_t boot) {
    WorkRow row = rig_.Lease("w1", boot).value().value();
    internal::v1::DesiredState desired = worker.NextDesired();
    EXPECT_EQ(desired.assignments_size(), 1);
    return row;
  }
  // Returns once everything that was sent before has been taken.
  void Settle(TestWorker& worker) {
    worker.Send(LeaseKey{"nothing", 1}, {});
    EXPECT_TRUE(worker.NextAck().fenced());
  }
  v1::Job Job() { return rig_.plane.Job("a"); }

  WorkersRig rig_;
  WorkerSessionService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<internal::v1::WorkerSession::Stub> stub_;
  std::thread writer_;
  // Writes in one commit; read it after StopWriter.
  int largest_group_ = 0;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_WORKERS_SESSION_SESSION_FIXTURE_H_
