#ifndef TUNESMITH_SERVER_WORKERS_WORKER_SESSION_SERVICE_H_
#define TUNESMITH_SERVER_WORKERS_WORKER_SESSION_SERVICE_H_

#include "grpcpp/support/server_callback.h"
#include "server/workers/context.h"
#include "tunesmith/internal/v1/worker_session.grpc.pb.h"

namespace tunesmith::server {

// Where workers connect. To stop, call WorkerRegistry::Shutdown: it ends every
// stream and refuses new ones.
class WorkerSessionService
    : public internal::v1::WorkerSession::CallbackService {
 public:
  // Not owned; outlives the gRPC server and the store.
  explicit WorkerSessionService(const WorkersContext* context)
      : context_(context) {}

  grpc::ServerBidiReactor<internal::v1::WorkerMessage,
                          internal::v1::ServerMessage>*
  Connect(grpc::CallbackServerContext* call) override;

 private:
  const WorkersContext* const context_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_WORKER_SESSION_SERVICE_H_
