#ifndef TUNESMITH_WORKER_AGENT_AGENT_H_
#define TUNESMITH_WORKER_AGENT_AGENT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "prometheus/registry.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/base/mutex.h"
#include "worker/agent/grpc_transport.h"
#include "worker/agent/metrics_endpoint.h"
#include "worker/agent/process/child_spawner.h"
#include "worker/agent/process/task_queue.h"
#include "worker/agent/session.h"
#include "worker/agent/slot_plan.h"
#include "worker/agent/staging.h"
#include "worker/agent/worker_metrics.h"

namespace tunesmith::worker {

// The settings of a worker program.
struct AgentOptions {
  // host:port of the server.
  std::string server;
  std::string worker_id;
  // Directory of the artifact store that the server uses as well.
  std::string artifact_root;
  // The trainer program.
  std::string trainer;
  SlotPlanOptions slots;
  // Without a directory: `features` beside `artifact_root`. No bytes: none.
  FeatureCacheOptions feature_cache;
  // Loopback; port 0 is any.
  std::string metrics_address = "127.0.0.1:0";
  // Written once connected; empty: not at all.
  std::string ready_file;
  std::string build;
  // The agent has ended by itself; called from a thread of the agent.
  std::function<void()> on_end;
};

// A whole worker: owns its parts and threads, in the order of construction.
class Agent {
 public:
  // Asks the trainer for devices and starts all threads. INVALID_ARGUMENT and
  // FAILED_PRECONDITION name the setting that is wrong.
  static absl::StatusOr<std::unique_ptr<Agent>> Create(AgentOptions options);

  // Lets trainings end at a checkpoint and waits until they have, at most so
  // long.
  void Drain(absl::Duration grace);

  // Kills the trainers and ends the stream.
  ~Agent();

  int metrics_port() const { return endpoint_->port(); }

  // OK while it runs; then why it ended by itself. ABORTED: another worker has
  // the same id.
  absl::Status status() const;

 private:
  explicit Agent(AgentOptions options);

  void BuildSession(const std::vector<v1::Slot>& slots);
  void RunSession();
  void OnWelcome();

  const AgentOptions options_;
  const std::shared_ptr<prometheus::Registry> registry_;
  WorkerMetrics metrics_;
  std::unique_ptr<MetricsEndpoint> endpoint_;
  std::unique_ptr<LocalArtifactStore> store_;
  GrpcTransport transport_;
  ChildSpawner spawner_;
  TaskQueue session_queue_;
  TaskQueue staging_queue_;
  std::unique_ptr<Session> session_;
  bool ready_file_written_ = false;
  std::atomic<bool> evicted_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool drained_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread staging_thread_;
  std::thread session_thread_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_AGENT_H_
