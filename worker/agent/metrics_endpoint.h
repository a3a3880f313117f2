#ifndef TUNESMITH_WORKER_AGENT_METRICS_ENDPOINT_H_
#define TUNESMITH_WORKER_AGENT_METRICS_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/exposer.h"
#include "prometheus/registry.h"

namespace tunesmith::worker {

// Serves a registry at /metrics, with threads of its own.
class MetricsEndpoint {
 public:
  // `address` is a loopback host:port; port 0 is any. UNAVAILABLE when it
  // cannot be listened at.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Create(
      const std::string& address,
      std::shared_ptr<prometheus::Registry> registry);
  ~MetricsEndpoint();

  int port() const { return port_; }

 private:
  MetricsEndpoint(const std::string& host,
                  std::unique_ptr<prometheus::Exposer> exposer);

  const std::string host_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  const int port_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_METRICS_ENDPOINT_H_
