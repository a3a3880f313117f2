#ifndef TUNESMITH_WORKER_AGENT_GRPC_TRANSPORT_H_
#define TUNESMITH_WORKER_AGENT_GRPC_TRANSPORT_H_

#include <memory>
#include <string>

#include "tunesmith/internal/v1/worker_session.grpc.pb.h"
#include "worker/agent/session_transport.h"

namespace tunesmith::worker {

// Streams over one gRPC channel. Without encryption: for loopback only.
class GrpcTransport : public SessionTransport {
 public:
  // `server` is `host:port`.
  explicit GrpcTransport(const std::string& server);

  std::unique_ptr<SessionStream> Open(SessionSink sink) override;

 private:
  const std::unique_ptr<internal::v1::WorkerSession::Stub> stub_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_GRPC_TRANSPORT_H_
