#ifndef TUNESMITH_WORKER_AGENT_AGENT_H_
#define TUNESMITH_WORKER_AGENT_AGENT_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "prometheus/registry.h"
#include "proto/artifact/local_artifact_store.h"
#include "proto/contract/base/mutex.h"
#include "proto/exposition/metrics_endpoint.h"
#include "worker/agent/devices/device_metrics.h"
#include "worker/agent/devices/gpu_device.h"
#include "worker/agent/devices/gpu_watch.h"
#include "worker/agent/grpc_transport.h"
#include "worker/agent/process/child_spawner.h"
#include "worker/agent/process/task_queue.h"
#include "worker/agent/session.h"
#include "worker/agent/slot_plan.h"
#include "worker/agent/staging.h"
#include "worker/agent/worker_identity.h"
#include "worker/agent/worker_metrics.h"
#include "worker/devices/nvml.h"

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
  // A value of CUDA_VISIBLE_DEVICES; see VisibleGpus.
  std::optional<std::string> visible_gpus;
  // File name of NVIDIA's management library.
  std::string nvml_library = Nvml::kLibrary;
  // Without a directory: `features` beside `artifact_root`. No bytes: none.
  FeatureCacheOptions feature_cache;
  // Where the worker remembers who it is; empty: see DefaultStateDirectory.
  std::string state_directory;
  // A trainer that gives no sign of life for so long hangs.
  absl::Duration trainer_patience = absl::Minutes(1);
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
  // Tries the GPUs, which takes a while, and starts all threads.
  // INVALID_ARGUMENT and FAILED_PRECONDITION name the setting that is wrong.
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

  absl::Status FindIdentity();
  void FindDevices();
  // Runs the session's queue until every GPU was tried.
  void TryDevices();
  std::vector<PlannedGpu> TriedGpus() const;
  void BuildSession(const std::vector<v1::Slot>& slots);
  void StartThreads();
  // The GPU of a slot; null for the CPU.
  GpuDevice* GpuOf(const v1::Slot& slot);
  absl::Duration Turn();
  void RunSession();
  void OnWelcome();

  const AgentOptions options_;
  const std::shared_ptr<prometheus::Registry> registry_;
  WorkerMetrics metrics_;
  const std::shared_ptr<DeviceMetrics> device_metrics_;
  std::unique_ptr<MetricsEndpoint> endpoint_;
  std::unique_ptr<LocalArtifactStore> store_;
  // Null where it cannot be kept.
  std::unique_ptr<WorkerIdentity> identity_;
  // Null without a driver.
  std::unique_ptr<Nvml> nvml_;
  GrpcTransport transport_;
  ChildSpawner spawner_;
  TaskQueue session_queue_;
  TaskQueue staging_queue_;
  TaskQueue watch_queue_;
  // On the session's thread, as the session.
  std::vector<std::unique_ptr<GpuDevice>> gpus_;
  std::unique_ptr<GpuWatch> watch_;
  std::unique_ptr<Session> session_;
  bool ready_file_written_ = false;
  std::atomic<bool> evicted_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool drained_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread staging_thread_;
  std::thread watch_thread_;
  std::thread session_thread_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_AGENT_H_
