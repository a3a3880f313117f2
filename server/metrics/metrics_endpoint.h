#ifndef TUNESMITH_SERVER_METRICS_METRICS_ENDPOINT_H_
#define TUNESMITH_SERVER_METRICS_METRICS_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"

namespace tunesmith::server {

// Serves `/metrics` over HTTP on a thread of its own until it is destroyed.
class MetricsEndpoint {
 public:
  // `address` is host:port of this machine's loopback; port 0 takes a free
  // one. UNAVAILABLE when the port is taken.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Start(
      const std::string& address);

  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  // Adds what it shows. Keeps a weak reference.
  void Show(const std::shared_ptr<prometheus::Collectable>& collectable);

  int port() const;

 private:
  explicit MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer);

  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_METRICS_METRICS_ENDPOINT_H_
