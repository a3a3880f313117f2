#ifndef TUNESMITH_SERVER_METRICS_SERVER_METRICS_H_
#define TUNESMITH_SERVER_METRICS_SERVER_METRICS_H_

#include <memory>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "tunesmith/v1/errors.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// What the server counts as it happens. Label sets are bounded by enums; no
// label holds a name that a user chose. Thread-safe; no method blocks.
class ServerMetrics {
 public:
  ServerMetrics();

  void JobCreated();
  // First lease of a job: how long it waited.
  void JobStarted(absl::Duration queue_wait);
  // `reason` is UNSPECIFIED for SUCCEEDED. `duration` is from creation to end.
  void JobEnded(v1::Job::State state, v1::ErrorReason reason,
                absl::Duration duration);
  // An attempt failed by its worker as a place.
  void PlaceFailed(v1::PlaceFault fault);
  // One transaction of the store with its writes.
  void Committed(int writes, absl::Duration duration);
  // Bytes on disk that the server gave back by itself or by PruneStorage;
  // `cause` is one of StorageKeeper's.
  void Freed(const char* cause, int64_t bytes);

  const std::shared_ptr<prometheus::Registry>& registry() const {
    return registry_;
  }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Counter& submissions_;
  prometheus::Family<prometheus::Counter>& finished_;
  prometheus::Histogram& queue_wait_;
  prometheus::Histogram& duration_;
  prometheus::Counter& transactions_;
  prometheus::Counter& writes_;
  prometheus::Histogram& commit_;
  prometheus::Family<prometheus::Counter>& freed_;
  prometheus::Family<prometheus::Counter>& place_faults_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_METRICS_SERVER_METRICS_H_
