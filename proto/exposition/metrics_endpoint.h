#ifndef TUNESMITH_PROTO_EXPOSITION_METRICS_ENDPOINT_H_
#define TUNESMITH_PROTO_EXPOSITION_METRICS_ENDPOINT_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/collectable.h"
#include "proto/contract/base/mutex.h"
#include "proto/exposition/http_exchange.h"

namespace tunesmith {

// Serves `/metrics` over HTTP on a thread of its own until it is destroyed. Any
// number of connections wait at a time, so that one that says nothing keeps
// nobody else waiting; figures are read for one at a time. Thread-safe.
class MetricsEndpoint {
 public:
  struct Limits {
    // Beyond so many connections, the one that has waited longest makes room.
    size_t connections = 64;
    // From connecting to the last byte of the answer.
    absl::Duration time = absl::Seconds(10);
  };

  // `address` is host:port of this machine's loopback, as `flag` gave it; port
  // 0 takes a free one. INVALID_ARGUMENT beyond loopback, UNAVAILABLE when the
  // port is taken.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(
      std::string_view flag, const std::string& address, const Limits& limits);
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(
      std::string_view flag, const std::string& address) {
    return Start(flag, address, Limits());
  }

  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  // Adds what it shows. Keeps a weak reference.
  void Show(const std::shared_ptr<prometheus::Collectable>& collectable);

  int port() const { return port_; }

 private:
  struct Connection {
    Connection(int fd, absl::Time end) : exchange(fd), end(end) {}
    HttpExchange exchange;
    absl::Time end;
  };

  MetricsEndpoint(int listener, int wake_fd, const Limits& limits);

  void Loop();
  // Waits for something to do; false once it is to end.
  bool Wait();
  void AcceptAll();
  std::string Page();

  const int listener_;
  const int wake_fd_;
  const Limits limits_;
  const int port_;
  // The thread's; the oldest first.
  std::list<Connection> connections_;
  Mutex mutex_;
  std::vector<std::weak_ptr<prometheus::Collectable>> sources_
      ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_EXPOSITION_METRICS_ENDPOINT_H_
