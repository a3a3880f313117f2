#ifndef TUNESMITH_SERVER_CONTROL_PLANE_H_
#define TUNESMITH_SERVER_CONTROL_PLANE_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "proto/contract/base/clock.h"
#include "server/api/worker_directory.h"
#include "server/events/watch_hub.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/place_faults.h"
#include "server/lifecycle/preview_calls.h"
#include "server/metrics/server_metrics.h"
#include "server/prediction_queue.h"
#include "server/predictions/prediction_desk.h"
#include "server/server.h"
#include "server/storage.h"
#include "server/work/lease_table.h"
#include "server/work/scheduler.h"
#include "server/workers/attempt_starter.h"
#include "server/workers/context.h"
#include "server/workers/lease_clock.h"
#include "server/workers/worker_registry.h"
#include "server/workers/worker_session_service.h"

namespace tunesmith::server {

// What decides who runs what: queue, leases and workers, with the threads of
// scheduler and lease clock. It passes on what the lifecycle tells, after
// commits, to whom it concerns.
class ControlPlane : public LifecycleObserver, public WorkerDirectory {
 public:
  // Not owned; outlive it.
  ControlPlane(const ServerOptions& options, Storage* storage, Clock* clock,
               ServerMetrics* metrics);
  // The storage is drained before.
  ~ControlPlane() override;

  // Takes the leases of an earlier run over, but those of calls, for which
  // nobody waits any more; then begins to schedule.
  absl::Status Start();
  // Ends the workers' and watchers' streams, and calls that wait for a worker.
  void EndStreams(const absl::Status& status);
  // No lease is granted or ended any more.
  void Stop();

  WatchHub& hub() { return hub_; }
  const LifecycleContext& lifecycle() const { return context_.lifecycle; }
  grpc::Service& session_service() { return session_service_; }

  void OnWorkAvailable() override;
  void OnAssignmentsChanged(const std::string& worker_id) override;
  void OnArtifactReleased(const std::string& key) override;
  void OnArtifactGroupClosed(const std::string& group) override;
  void OnJobCreated() override;
  void OnJobStarted(absl::Duration queue_wait) override;
  void OnJobEnded(v1::Job::State state, v1::ErrorReason reason,
                  absl::Duration duration) override;
  void OnPlaceWorked(const std::string& worker_id) override;
  void OnPlaceFailed(const std::string& worker_id, v1::PlaceFault fault,
                     const std::string& message) override;
  void OnWorkerDrained(const std::string& worker_id,
                       const v1::Worker::Drain& drain) override;
  void OnWorkerResumed(const std::string& worker_id) override;

  std::vector<v1::Worker> List() const override;
  bool CouldRun(const SlotNeeds& needs) const override;

 private:
  static WorkersContext MakeContext(const ServerOptions& options,
                                    ControlPlane* self);

  Storage* const storage_;
  Clock* const clock_;
  ServerMetrics* const metrics_;
  WatchHub hub_;
  LeaseTable leases_;
  PreviewCalls previews_;
  PlaceFaults places_;
  WorkerRegistry registry_;
  PredictionQueue prediction_queue_;
  PredictionDesk predictions_;
  // Names the members around it.
  const WorkersContext context_;
  const absl::Duration priority_point_;
  LeaseClock lease_clock_;
  AttemptStarter attempt_starter_;
  Scheduler scheduler_;
  WorkerSessionService session_service_;
  std::thread scheduler_thread_;
  std::thread lease_clock_thread_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CONTROL_PLANE_H_
