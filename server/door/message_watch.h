#ifndef TUNESMITH_SERVER_DOOR_MESSAGE_WATCH_H_
#define TUNESMITH_SERVER_DOOR_MESSAGE_WATCH_H_

#include "grpcpp/support/server_interceptor.h"
#include "server/door/door.h"

namespace tunesmith::server {

// Tells the door of every whole message that a connection sends. The door
// outlives the server that has it.
class MessageWatchFactory
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit MessageWatchFactory(Door* door) : door_(door) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  Door* const door_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DOOR_MESSAGE_WATCH_H_
