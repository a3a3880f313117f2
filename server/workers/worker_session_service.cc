#include "server/workers/worker_session_service.h"

#include "server/workers/session_reactor.h"

namespace tunesmith::server {

grpc::ServerBidiReactor<internal::v1::WorkerMessage,
                        internal::v1::ServerMessage>*
WorkerSessionService::Connect(grpc::CallbackServerContext* call) {
  return SessionReactor::Start(*context_);
}

}  // namespace tunesmith::server
