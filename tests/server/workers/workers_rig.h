#ifndef TUNESMITH_TESTS_SERVER_WORKERS_WORKERS_RIG_H_
#define TUNESMITH_TESTS_SERVER_WORKERS_WORKERS_RIG_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "server/workers/attempt_starter.h"
#include "server/workers/context.h"
#include "server/workers/lease_clock.h"
#include "server/workers/refresh_assignments.h"
#include "server/workers/worker_registry.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"
#include "tests/server/testing/claim_next.h"

namespace tunesmith::server {

// A worker's first message with one training slot, 0, and one auxiliary, 1.
inline internal::v1::Hello HelloOf(const std::string& worker_id,
                                   int64_t boot_id) {
  internal::v1::Hello hello;
  hello.set_min_protocol(1);
  hello.set_max_protocol(1);
  hello.set_worker_id(worker_id);
  hello.set_boot_id(boot_id);
  hello.set_build("1.2.3");
  for (auto purpose : {v1::Slot::TRAINING, v1::Slot::AUXILIARY}) {
    v1::Slot& slot = *hello.add_slots();
    slot.set_index(hello.slots_size() - 1);
    slot.set_purpose(purpose);
    slot.set_device_kind(v1::Resources::CPU);
  }
  return hello;
}

// A stream that writes down what it is told.
class RecordingLink : public WorkerLink {
 public:
  void OnPredictBatch(internal::v1::PredictBatch batch) override {
    batches.push_back(std::move(batch));
  }
  void OnAssignmentsChanged() override { ++changes; }
  void OnEvicted(const absl::Status& status) override { evicted = status; }

  int changes = 0;
  std::optional<absl::Status> evicted;
  std::vector<internal::v1::PredictBatch> batches;
};

// The room on a control plane in memory, wired as in the server, with the
// scheduler's part played by the test.
class WorkersRig : public LifecycleObserver {
 public:
  WorkersRig()
      : registry([this] { ++offers; }, plane.store.clock, &plane.places),
        context(MakeContext()),
        lease_clock(context.store, context.clock, context.lifecycle,
                    {.registry = &registry,
                     .lease_term = context.lease_term,
                     .suspended_time = [this] { return suspended; }}),
        starter(&context) {}

  void OnWorkAvailable() override {}
  void OnAssignmentsChanged(const std::string& worker_id) override {
    RefreshAssignments(context, worker_id);
  }
  void OnArtifactReleased(const std::string&) override {}
  void OnArtifactGroupClosed(const std::string&) override {}
  void OnJobCreated() override {}
  void OnJobStarted(absl::Duration) override {}
  void OnJobEnded(v1::Job::State, v1::ErrorReason, absl::Duration) override {}

  // A job in QUEUED, on inputs that are READY.
  void AddJob(const std::string& id) {
    if (!plane.FindModel("bert").ok()) plane.AddInputs();
    plane.Create(JobRequest(id)).value();
  }

  // Leases the next training item as the scheduler would; empty when nothing
  // waits.
  absl::StatusOr<std::optional<WorkRow>> Lease(const std::string& worker_id,
                                               int64_t boot_id) {
    FreeSlot slot = {worker_id, boot_id, 0, {.purpose = v1::Slot::TRAINING}};
    return plane.Run(
        [&](Transaction& tx) -> absl::StatusOr<std::optional<WorkRow>> {
          auto row = ClaimNext(tx, slot);
          if (!row.ok() || !row->has_value()) return row;
          absl::Status started = starter.OnLeased(tx, **row);
          if (!started.ok()) return started;
          return WorkQueue::Find(tx.db(), (*row)->uid);
        });
  }

  absl::Duration now() const { return plane.store.clock.Monotonic(); }

  TestControlPlane plane;
  // How often slots became free.
  std::atomic<int> offers{0};
  // How long the machine slept.
  absl::Duration suspended;
  WorkerRegistry registry;
  const WorkersContext context;
  LeaseClock lease_clock;
  AttemptStarter starter;

 private:
  WorkersContext MakeContext() {
    plane.context.observer = this;
    // Retries come at once.
    plane.context.retry_delay = absl::ZeroDuration();
    WorkersContext made;
    made.store = plane.store.store.get();
    made.clock = &plane.store.clock;
    made.registry = &registry;
    made.lease_clock = &lease_clock;
    made.lifecycle = plane.context;
    made.lease_term = absl::Seconds(15);
    made.report_interval = absl::Seconds(3);
    made.disconnect_grace = absl::Seconds(10);
    return made;
  }
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_WORKERS_WORKERS_RIG_H_
