#ifndef TUNESMITH_SERVER_FRONTEND_H_
#define TUNESMITH_SERVER_FRONTEND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "server/api/context.h"
#include "server/door/door.h"
#include "server/metrics/rpc_counter.h"

namespace tunesmith::server {

// The gRPC side: the public services and what is added to them, health and
// reflection, behind one listening socket.
class Frontend {
 public:
  struct Options {
    // Loopback host:port; port 0 takes a free one.
    std::string listen;
    ApiContext api;
    // Further services. Not owned.
    std::vector<grpc::Service*> services;
    // Counts every call. Not owned.
    RpcCounter* counter = nullptr;
  };

  // UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<Frontend>> Start(
      const Options& options);
  ~Frontend();

  // host:port, with the port that is listened on.
  const std::string& address() const { return address_; }

  // Health turns to NOT_SERVING: load balancers send nobody any more.
  void AnnounceEnd();
  // Refuses new calls, waits for those under way, and cancels what is left
  // after `patience`. Returns when every call has ended.
  void Stop(absl::Duration patience);

 private:
  struct Services;

  Frontend();

  // Outlives the server, which tells it of messages.
  std::unique_ptr<Door> door_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_FRONTEND_H_
