#ifndef TUNESMITH_SERVER_DOOR_DOOR_H_
#define TUNESMITH_SERVER_DOOR_DOOR_H_

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server_builder.h"
#include "proto/contract/base/mutex.h"
#include "server/door/visitor.h"

namespace tunesmith::server {

// Listens for gRPC and lets connections in: only so many at a time, and none to
// stay that sends and sends and never says anything. gRPC itself has no limit
// for either: a header that never ends (RFC 9113, 6.10) takes memory without
// bound in this release of it.
//
// Has two threads of its own: one that listens and looks, and one that hands
// connections over, because gRPC goes on with what a connection sends on the
// thread that hands it over, for as long as something comes. Thread-safe.
class Door {
 public:
  struct Options {
    // Loopback host:port; port 0 takes a free one.
    std::string address;
    int max_visitors = 1024;
    // What a connection may send, from one whole message to the next: the
    // longest message, and what others of its streams send meanwhile.
    int64_t max_silent_bytes = int64_t{96} << 20;
    // How long it may take over a message of which more than a little has come.
    absl::Duration message_time = absl::Seconds(20);
    // How often that is looked at.
    absl::Duration look_interval = absl::Milliseconds(100);
  };

  // Listens, and lets nobody in yet. UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<Door>> Open(const Options& options);
  // Closes.
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  int port() const { return port_; }

  // From now on, hands connections to `acceptor`. Called once.
  void LetIn(
      std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor);

  // Lets nobody in any more; connections stay as they are. The second call does
  // nothing. The door is destroyed after gRPC's server was shut down.
  void Close();

  // The connection from `peer`, as gRPC names it; null when it has just gone.
  std::shared_ptr<Visitor> Find(const std::string& peer);

 private:
  explicit Door(const Options& options) : options_(options) {}

  absl::Status Listen();
  void Loop();
  // Hands connections over until the door closes.
  void HandOver();
  void AcceptAll(int listener);
  void Admit(int listener, int fd);
  // Whether there is room, where need be that of somebody who has never said a
  // whole message: the one who came first.
  bool MakeRoom();
  // Shows those out that send too much.
  void Look();
  void Forget(int fd);

  const Options options_;
  int port_ = 0;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  std::vector<int> listeners_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::thread thread_;
  std::thread hand_over_thread_;
  // When somebody was turned away last, for the log; the thread's.
  absl::Time last_refusal_ = absl::InfinitePast();

  // A connection that was let in.
  struct Admitted {
    int listener = -1;
    int fd = -1;
  };

  Mutex mutex_;
  CondVar admitted_or_closing_;
  std::deque<Admitted> admitted_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // By descriptor, and by peer.
  std::map<int, std::shared_ptr<Visitor>> visitors_ ABSL_GUARDED_BY(mutex_);
  // In the order in which they came; the thread's.
  std::list<int> order_;
  std::map<std::string, std::shared_ptr<Visitor>> by_peer_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DOOR_DOOR_H_
