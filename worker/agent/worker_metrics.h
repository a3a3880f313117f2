#ifndef TUNESMITH_WORKER_AGENT_WORKER_METRICS_H_
#define TUNESMITH_WORKER_AGENT_WORKER_METRICS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/step_meter.h"

namespace tunesmith::worker {

// What a worker counts. Labels are bounded: kinds, purposes, causes and
// reasons, never an id. One thread calls it, any thread may scrape.
class WorkerMetrics {
 public:
  enum class SlotState { kStarting, kIdle, kBusy, kOutOfService };

  explicit WorkerMetrics(std::shared_ptr<prometheus::Registry> registry);

  // A slot went from one state to another; without `from`, it is new.
  void SlotChanged(v1::Slot::Purpose purpose, const SlotState* from,
                   SlotState to);
  void ItemStarted(const internal::v1::WorkItem& item);
  void ItemFinished(const internal::v1::WorkItem& item,
                    const internal::v1::Outcome& outcome);
  void TrainerSpawned();
  // `cause` as DeathCause gives it.
  void TrainerDied(const char* cause);
  void StepsFinished(const StepsDone& done);
  void Staged(absl::Duration elapsed);
  // A stream to the server ended so.
  void Reconnected(absl::StatusCode cause);
  void SetConnected(bool connected);
  void SetUnacknowledgedEvents(size_t count);

 private:
  // Owns what the references below are to.
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Gauge>& slots_;
  prometheus::Family<prometheus::Counter>& started_;
  prometheus::Family<prometheus::Counter>& finished_;
  prometheus::Counter& spawns_;
  prometheus::Family<prometheus::Counter>& deaths_;
  prometheus::Counter& steps_;
  prometheus::Counter& examples_;
  prometheus::Histogram& step_seconds_;
  prometheus::Histogram& staging_seconds_;
  prometheus::Family<prometheus::Counter>& reconnects_;
  prometheus::Gauge& connected_;
  prometheus::Gauge& unacknowledged_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_WORKER_METRICS_H_
