#include "worker/agent/grpc_transport.h"

#include <deque>
#include <utility>

#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/message_limits.h"
#include "proto/contract/rpc/grpc_status.h"

namespace tunesmith::worker {
namespace {

using internal::v1::ServerMessage;
using internal::v1::WorkerMessage;

// One call. Messages go through a queue, because a reactor has one write in
// flight at a time. Starting an operation under the mutex is safe: reactions
// never run inside of it.
class GrpcStream
    : public SessionStream,
      public grpc::ClientBidiReactor<WorkerMessage, ServerMessage> {
 public:
  GrpcStream(internal::v1::WorkerSession::Stub& stub, SessionSink sink)
      : sink_(std::move(sink)) {
    stub.async()->Connect(&context_, this);
    // Write starts operations from outside of reactions; the hold keeps the
    // call until the read side has ended.
    AddHold();
    StartRead(&received_);
    StartCall();
  }

  ~GrpcStream() override {
    context_.TryCancel();
    MutexLock lock(&mutex_);
    while (!done_) changed_.Wait(&mutex_);
  }

  void Write(WorkerMessage message) override {
    MutexLock lock(&mutex_);
    if (ended_) return;
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) StartWrite(&queue_.front());
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      sink_.on_message(std::move(received_));
      received_.Clear();
      StartRead(&received_);
      return;
    }
    {
      MutexLock lock(&mutex_);
      ended_ = true;
    }
    RemoveHold();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mutex_);
    queue_.pop_front();
    if (ok && !ended_ && !queue_.empty()) StartWrite(&queue_.front());
  }

  void OnDone(const grpc::Status& status) override {
    sink_.on_end(FromGrpcStatus(status));
    MutexLock lock(&mutex_);
    done_ = true;
    changed_.SignalAll();
  }

 private:
  const SessionSink sink_;
  grpc::ClientContext context_;
  ServerMessage received_;

  Mutex mutex_;
  CondVar changed_;
  // The front is being written.
  std::deque<WorkerMessage> queue_ ABSL_GUARDED_BY(mutex_);
  // No operation may be started from outside any more.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

// The session has a backoff of its own, up to 5 s; the channel's must not be
// slower.
grpc::ChannelArguments ChannelOptions() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  // The time that one attempt may take, handshake included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A desired state carries the parameter table of every item.
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  return arguments;
}

}  // namespace

GrpcTransport::GrpcTransport(const std::string& server)
    : stub_(internal::v1::WorkerSession::NewStub(grpc::CreateCustomChannel(
          server, grpc::InsecureChannelCredentials(), ChannelOptions()))) {}

std::unique_ptr<SessionStream> GrpcTransport::Open(SessionSink sink) {
  return std::make_unique<GrpcStream>(*stub_, std::move(sink));
}

}  // namespace tunesmith::worker
