#ifndef TUNESMITH_SERVER_DOOR_VISITOR_H_
#define TUNESMITH_SERVER_DOOR_VISITOR_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace tunesmith::server {

// What a connection has sent and got, as the kernel counts.
struct Traffic {
  int64_t received_bytes = 0;
  int64_t sent_bytes = 0;
};

// One connection. Holds a descriptor of its own of gRPC's socket.
class Visitor {
 public:
  // Takes `fd`.
  Visitor(int fd, std::string peer);
  ~Visitor();
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  const std::string& peer() const { return peer_; }

  // A whole message of one of its calls has come. Thread-safe.
  void OnMessage() { messages_.fetch_add(1, std::memory_order_relaxed); }

  bool has_spoken() const {
    return messages_.load(std::memory_order_relaxed) > 0;
  }

  // Bytes that came since the last whole message, less what acknowledges what
  // it was sent. For one thread.
  int64_t SilentBytes();
  int64_t SilentBytes(const Traffic& traffic);

  // Since when it has been sending more than a little without a whole message;
  // InfiniteFuture while it does not. For one thread.
  absl::Time SendingSince(int64_t silent_bytes, absl::Time now);

  // Ends the connection, and gRPC's part of it.
  void ShowOut();

 private:
  const int fd_;
  const std::string peer_;
  std::atomic<int64_t> messages_ = 0;
  int64_t seen_messages_ = 0;
  // When it last said something.
  Traffic then_;
  absl::Time sending_since_ = absl::InfiniteFuture();
};

// The key of a peer: what gRPC calls it, without what differs by its release.
std::string PeerKey(const std::string& peer);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_DOOR_VISITOR_H_
