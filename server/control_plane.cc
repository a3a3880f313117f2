#include "server/control_plane.h"

#include <pthread.h>

#include "proto/contract/base/status_macros.h"
#include "server/lifecycle/prediction_commands.h"
#include "server/workers/refresh_assignments.h"
#include "server/workers/restore_leases.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {

WorkersContext ControlPlane::MakeContext(const ServerOptions& options,
                                         ControlPlane* self) {
  WorkersContext context;
  context.store = &self->storage_->store();
  context.clock = self->clock_;
  context.registry = &self->registry_;
  context.lease_clock = &self->lease_clock_;
  context.lifecycle.hub = &self->hub_;
  context.lifecycle.leases = &self->leases_;
  context.lifecycle.observer = self;
  context.lifecycle.previews = &self->previews_;
  context.lifecycle.predictions = &self->predictions_;
  context.lifecycle.places = &self->places_;
  context.lifecycle.max_live_jobs = options.max_live_jobs;
  context.lifecycle.max_live_jobs_per_tenant = options.max_live_jobs_per_tenant;
  context.lifecycle.order.max_running_per_tenant =
      options.max_running_per_tenant;
  if (options.refuse_unfit_jobs) {
    context.lifecycle.could_run = [self](const SlotNeeds& needs) {
      return self->CouldRun(needs);
    };
  }
  context.lifecycle.retry_delay = options.retry_delay;
  context.lease_term = options.lease_term;
  context.report_interval = options.report_interval;
  context.disconnect_grace = options.disconnect_grace;
  return context;
}

ControlPlane::ControlPlane(const ServerOptions& options, Storage* storage,
                           Clock* clock, ServerMetrics* metrics)
    : storage_(storage),
      clock_(clock),
      metrics_(metrics),
      registry_([this] { scheduler_.Wake(); }, *clock, &places_),
      prediction_queue_(&storage->store(), &registry_, &context_.lifecycle),
      predictions_(&prediction_queue_, clock, NewUid),
      context_(MakeContext(options, this)),
      priority_point_(options.priority_point),
      lease_clock_(context_.store, clock, context_.lifecycle,
                   {.registry = &registry_, .lease_term = options.lease_term}),
      attempt_starter_(&context_),
      scheduler_(context_.store, &registry_, &attempt_starter_, clock,
                 context_.lifecycle.order),
      session_service_(&context_) {}

ControlPlane::~ControlPlane() { Stop(); }

absl::Status ControlPlane::Start() {
  TUNESMITH_RETURN_IF_ERROR(
      storage_->store().WriteAndWait(RemoveAbandonedCalls));
  TUNESMITH_RETURN_IF_ERROR(
      storage_->store().WriteAndWait([this](Transaction& tx) {
        return WorkQueue::SetPriorityPoint(tx, priority_point_);
      }));
  TUNESMITH_RETURN_IF_ERROR(RestoreLeases(context_));
  scheduler_thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "scheduler");
    while (scheduler_.WaitForWork()) scheduler_.RunOnce();
  });
  lease_clock_thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "lease-clock");
    while (lease_clock_.WaitUntilDue()) lease_clock_.RunOnce();
  });
  scheduler_.Wake();
  return absl::OkStatus();
}

void ControlPlane::EndStreams(const absl::Status& status) {
  hub_.Shutdown();
  previews_.ResolveAll(status);
  predictions_.EndAll(status);
  registry_.Shutdown(status);
}

void ControlPlane::Stop() {
  scheduler_.Stop();
  lease_clock_.Stop();
  if (scheduler_thread_.joinable()) scheduler_thread_.join();
  if (lease_clock_thread_.joinable()) lease_clock_thread_.join();
}

void ControlPlane::OnWorkAvailable() { scheduler_.Wake(); }

void ControlPlane::OnAssignmentsChanged(const std::string& worker_id) {
  RefreshAssignments(context_, worker_id);
}

void ControlPlane::OnArtifactReleased(const std::string& key) {
  storage_->files().Run([artifacts = &storage_->artifacts(), key] {
    absl::Status status = artifacts->Delete(key);
    if (status.ok()) return;
    // A sweep tries again.
    spdlog::warn("artifact not deleted key={} error=\"{}\"", key,
                 status.ToString());
  });
}

void ControlPlane::OnArtifactGroupClosed(const std::string& group) {
  storage_->files().Run([this, group] {
    absl::Status status = storage_->SweepGroup(group);
    if (status.ok()) return;
    spdlog::warn("artifacts not swept group={} error=\"{}\"", group,
                 status.ToString());
  });
}

void ControlPlane::OnJobCreated() { metrics_->JobCreated(); }

void ControlPlane::OnJobStarted(absl::Duration queue_wait) {
  metrics_->JobStarted(queue_wait);
}

void ControlPlane::OnJobEnded(v1::Job::State state, v1::ErrorReason reason,
                              absl::Duration duration) {
  metrics_->JobEnded(state, reason, duration);
}

void ControlPlane::OnPlaceWorked(const std::string& worker_id) {
  registry_.PlaceWorked(worker_id);
}

void ControlPlane::OnPlaceFailed(const std::string& worker_id,
                                 v1::PlaceFault fault,
                                 const std::string& message) {
  spdlog::warn("worker failed as a place worker={} fault={} error=\"{}\"",
               worker_id, v1::PlaceFault_Name(fault), message);
  metrics_->PlaceFailed(fault);
  registry_.PlaceFailed(worker_id, fault, message);
  lease_clock_.Wake();
}

void ControlPlane::OnWorkerDrained(const std::string& worker_id,
                                   const v1::Worker::Drain& drain) {
  spdlog::info("worker drained worker={} finish_jobs={} reason=\"{}\"",
               worker_id, drain.finish_jobs(), drain.reason());
  registry_.SetDrain(worker_id, drain);
}

void ControlPlane::OnWorkerResumed(const std::string& worker_id) {
  spdlog::info("worker resumed worker={}", worker_id);
  registry_.SetDrain(worker_id, std::nullopt);
  registry_.PlaceWorked(worker_id);
}

std::vector<v1::Worker> ControlPlane::List() const { return registry_.List(); }

bool ControlPlane::CouldRun(const SlotNeeds& needs) const {
  return registry_.CouldRun(needs);
}

}  // namespace tunesmith::server
