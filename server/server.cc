#include "server/server.h"

#include <atomic>
#include <utility>

#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/listen_address.h"
#include "proto/exposition/metrics_endpoint.h"
#include "server/api/allowed_roots.h"
#include "server/control_plane.h"
#include "server/frontend.h"
#include "server/levels.h"
#include "server/metrics/rpc_counter.h"
#include "server/metrics/server_gauges.h"
#include "server/metrics/server_metrics.h"
#include "server/storage.h"
#include "server/upkeep/spare_memory.h"
#include "spdlog/spdlog.h"

namespace tunesmith::server {
namespace {

// How long calls under way may take once the server stops.
constexpr absl::Duration kStopPatience = absl::Seconds(1);

// Counts commits.
class CommitMetrics : public StoreObserver {
 public:
  explicit CommitMetrics(ServerMetrics* metrics) : metrics_(metrics) {}

  void OnGroup(int writes, absl::Duration took,
               const absl::Status& status) override {
    metrics_->Committed(writes, took);
    if (!status.ok()) {
      spdlog::error("commit failed writes={} error=\"{}\"", writes,
                    status.ToString());
    }
  }

 private:
  ServerMetrics* const metrics_;
};

RetentionPolicy RetentionOf(const ServerOptions& options) {
  return {.checkpoints = options.checkpoint_retention,
          .jobs = options.job_retention,
          .max_ended_jobs = options.max_ended_jobs,
          .audit_records = options.audit_retention,
          .quarantined = options.quarantine_retention};
}

}  // namespace

// In construction order.
struct Server::Parts {
  ServerMetrics metrics;
  CommitMetrics commit_metrics{&metrics};
  RpcCounter rpc_counter{*metrics.registry()};
  std::atomic<bool> draining = false;
  std::atomic<int64_t> watchers = 0;
  RecentRuns recent_runs{&SystemClock()};
  std::unique_ptr<AllowedRoots> data_roots;
  std::unique_ptr<AllowedRoots> model_roots;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<ControlPlane> control;
  std::unique_ptr<Frontend> frontend;
  std::shared_ptr<ServerGauges> gauges;
  std::unique_ptr<MetricsEndpoint> metrics_endpoint;
  SpareMemory spare_memory;

  ApiContext MakeApi(const ServerOptions& options);
  void StartMetrics(std::unique_ptr<MetricsEndpoint> endpoint);
};

ApiContext Server::Parts::MakeApi(const ServerOptions& options) {
  ApiContext api;
  api.store = &storage->store();
  api.files = &storage->files();
  api.hub = &control->hub();
  api.artifacts = &storage->artifacts();
  api.drafts = &storage->drafts();
  api.keeper = &storage->keeper();
  api.workers = control.get();
  api.recent_runs = &recent_runs;
  api.lifecycle = control->lifecycle();
  api.data_roots = data_roots.get();
  api.model_roots = model_roots.get();
  api.max_dataset_bytes = options.max_dataset_bytes;
  api.max_model_bytes = options.max_model_bytes;
  api.worker_patience = options.worker_patience;
  api.upload_patience = options.upload_idle_timeout;
  api.draining = &draining;
  api.watchers = &watchers;
  return api;
}

void Server::Parts::StartMetrics(std::unique_ptr<MetricsEndpoint> endpoint) {
  gauges = std::make_shared<ServerGauges>([this] {
    ServerLevels levels =
        ReadLevels(storage->store(), *control, storage->keeper());
    levels.watchers = watchers.load();
    return levels;
  });
  metrics_endpoint = std::move(endpoint);
  metrics_endpoint->Show(metrics.registry());
  metrics_endpoint->Show(gauges);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Create(
    const ServerOptions& options) {
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(options.listen));
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(options.metrics_listen));
  auto parts = std::make_unique<Parts>();
  TUNESMITH_ASSIGN_OR_RETURN(
      AllowedRoots data_roots,
      AllowedRoots::Open(options.data_roots, "--data-root"));
  parts->data_roots = std::make_unique<AllowedRoots>(std::move(data_roots));
  TUNESMITH_ASSIGN_OR_RETURN(
      AllowedRoots model_roots,
      AllowedRoots::Open(options.model_roots, "--model-root"));
  parts->model_roots = std::make_unique<AllowedRoots>(std::move(model_roots));
  Clock& clock = SystemClock();
  TUNESMITH_ASSIGN_OR_RETURN(
      parts->storage,
      Storage::Open({.data_dir = options.data_dir,
                     .clock = &clock,
                     .observer = &parts->commit_metrics,
                     .retention = RetentionOf(options),
                     .on_freed = [metrics = &parts->metrics](const char* cause,
                                                             int64_t bytes) {
                       metrics->Freed(cause, bytes);
                     }}));
  parts->control = std::make_unique<ControlPlane>(options, parts->storage.get(),
                                                  &clock, &parts->metrics);
  // From here on everything has to be shut down in order.
  std::unique_ptr<Server> server(new Server(std::move(parts)));
  Parts& running = *server->parts_;
  TUNESMITH_RETURN_IF_ERROR(running.control->Start());
  running.storage->BeginSweeping(running.control->lifecycle());
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<MetricsEndpoint> endpoint,
      MetricsEndpoint::Start("--metrics-listen", options.metrics_listen));
  running.StartMetrics(std::move(endpoint));
  Frontend::Options frontend;
  frontend.listen = options.listen;
  frontend.api = running.MakeApi(options);
  frontend.services = {&running.control->session_service()};
  frontend.counter = &running.rpc_counter;
  TUNESMITH_ASSIGN_OR_RETURN(running.frontend, Frontend::Start(frontend));
  spdlog::info("serving address={} metrics_port={} data_dir={}",
               server->address(), server->metrics_port(), options.data_dir);
  return server;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Shutdown(); }

const std::string& Server::address() const {
  return parts_->frontend->address();
}

int Server::metrics_port() const { return parts_->metrics_endpoint->port(); }

void Server::Shutdown() {
  if (parts_->draining.exchange(true)) return;
  // Before anything is refused.
  if (parts_->frontend != nullptr) parts_->frontend->AnnounceEnd();
  parts_->metrics_endpoint.reset();
  parts_->control->EndStreams(UnavailableError(
      v1::ERROR_REASON_DRAINING, "the server is stopping", absl::Seconds(1)));
  if (parts_->frontend != nullptr) parts_->frontend->Stop(kStopPatience);
  parts_->control->Stop();
  parts_->storage->Drain();
  spdlog::info("stopped");
}

}  // namespace tunesmith::server
