#ifndef TUNESMITH_WORKER_AGENT_METRICS_ENDPOINT_H_
#define TUNESMITH_WORKER_AGENT_METRICS_ENDPOINT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"

namespace tunesmith::worker {

// Serves metrics at /metrics, with threads of its own.
class MetricsEndpoint {
 public:
  // `address` is a loopback host:port; port 0 is any. `sources` are the
  // caller's to keep. UNAVAILABLE when it cannot be listened at.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Create(
      const std::string& address,
      const std::vector<std::shared_ptr<prometheus::Collectable>>& sources);
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
