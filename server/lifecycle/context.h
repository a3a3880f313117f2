#ifndef TUNESMITH_SERVER_LIFECYCLE_CONTEXT_H_
#define TUNESMITH_SERVER_LIFECYCLE_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "server/events/watch_hub.h"
#include "server/lifecycle/preview_calls.h"
#include "server/lifecycle/uid.h"
#include "server/predictions/prediction_desk.h"
#include "server/work/lease_table.h"
#include "server/work/work_order.h"
#include "server/work/work_queue.h"
#include "tunesmith/v1/errors.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

class PlaceFaults;

// Hears, after commits, what the rest of the server acts on. Called on the
// completion executor; must not block.
class LifecycleObserver {
 public:
  virtual ~LifecycleObserver() = default;

  // There is a new item to lease, or an old one again.
  virtual void OnWorkAvailable() = 0;
  // What should run on a worker changed: a lease, a cancel, the end of one.
  virtual void OnAssignmentsChanged(const std::string& worker_id) = 0;
  // An artifact has no record any more: its bytes can go.
  virtual void OnArtifactReleased(const std::string& key) = 0;
  // The attempt that wrote artifacts of this group writes no more: those
  // without a record can go.
  virtual void OnArtifactGroupClosed(const std::string& group) = 0;

  virtual void OnJobCreated() = 0;
  // First lease of a job: how long it waited.
  virtual void OnJobStarted(absl::Duration queue_wait) = 0;
  // `reason` is UNSPECIFIED for SUCCEEDED. `duration` is from creation to end.
  virtual void OnJobEnded(v1::Job::State state, v1::ErrorReason reason,
                          absl::Duration duration) = 0;

  // An attempt on the worker showed that it is well as a place, or failed by
  // it.
  virtual void OnPlaceWorked(const std::string& worker_id) {}
  virtual void OnPlaceFailed(const std::string& worker_id, v1::PlaceFault fault,
                             const std::string& message) {}
  // By somebody's wish the worker gets nothing new, or is as others again and
  // taken to be well.
  virtual void OnWorkerDrained(const std::string& worker_id,
                               const v1::Worker::Drain& drain) {}
  virtual void OnWorkerResumed(const std::string& worker_id) {}
};

// What every command needs beside its transaction. Not owned.
struct LifecycleContext {
  WatchHub* hub = nullptr;
  LeaseTable* leases = nullptr;
  LifecycleObserver* observer = nullptr;
  PreviewCalls* previews = nullptr;
  PredictionDesk* predictions = nullptr;
  // Null: nothing is remembered of places.
  PlaceFaults* places = nullptr;
  // New jobs are refused beyond so many that have not ended.
  int64_t max_live_jobs = 1'000'000;
  // The same for each tenant; 0: no limit of its own.
  int64_t max_live_jobs_per_tenant = 0;
  OrderPolicy order;
  // Pause before the second attempt; see RetryDelay.
  absl::Duration retry_delay = absl::Seconds(2);
  // Set where jobs are refused that no worker could run: whether one could.
  std::function<bool(const SlotNeeds&)> could_run;
  // Where uids come from; tests count.
  std::function<std::string()> new_uid = NewUid;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_CONTEXT_H_
