#include "worker/agent/agent.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/resource_name.h"
#include "spdlog/spdlog.h"
#include "worker/agent/devices/discovery.h"
#include "worker/agent/process/host_memory.h"
#include "worker/agent/process/oom_kills.h"

namespace tunesmith::worker {
namespace {

// How often to look at the GPUs: they measure about as often.
constexpr absl::Duration kWatchInterval = absl::Seconds(1);

absl::Status CheckOptions(const AgentOptions& options) {
  if (!IsResourceId(options.worker_id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--worker-id ", kResourceIdRule));
  }
  // The session carries everything in the clear.
  absl::Status server = CheckLoopbackAddress(options.server);
  if (!server.ok()) return WithContext(server, "--server");
  return WithContext(CheckLoopbackAddress(options.metrics_address),
                     "--metrics-address");
}

FeatureCacheOptions FeatureCacheOf(const AgentOptions& options) {
  FeatureCacheOptions cache = options.feature_cache;
  if (cache.max_bytes == 0) return {};
  if (cache.directory.empty()) {
    cache.directory =
        (std::filesystem::absolute(options.artifact_root) / ".." / "features")
            .lexically_normal()
            .string();
  }
  return cache;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Create(AgentOptions options) {
  TUNESMITH_RETURN_IF_ERROR(CheckOptions(options));
  options.slots.host_memory_bytes = HostMemoryBytes();
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<LocalArtifactStore> store,
                             LocalArtifactStore::Create(options.artifact_root));
  std::unique_ptr<Agent> agent(new Agent(std::move(options)));
  agent->store_ = std::move(store);
  TUNESMITH_ASSIGN_OR_RETURN(
      agent->endpoint_,
      MetricsEndpoint::Start("--metrics-address",
                             agent->options_.metrics_address));
  agent->endpoint_->Show(agent->registry_);
  agent->endpoint_->Show(agent->device_metrics_);
  TUNESMITH_RETURN_IF_ERROR(agent->FindIdentity());
  agent->FindDevices();
  agent->TryDevices();
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<v1::Slot> slots,
      PlanSlots(HostCpu(), agent->TriedGpus(), agent->options_.slots));
  agent->BuildSession(slots);
  agent->StartThreads();
  return agent;
}

Agent::Agent(AgentOptions options)
    : options_(std::move(options)),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(registry_),
      device_metrics_(std::make_shared<DeviceMetrics>()),
      transport_(options_.server),
      spawner_({.path = options_.trainer}) {}

Agent::~Agent() {
  session_queue_.Close();
  staging_queue_.Close();
  watch_queue_.Close();
  if (session_thread_.joinable()) session_thread_.join();
  if (staging_thread_.joinable()) staging_thread_.join();
  if (watch_thread_.joinable()) watch_thread_.join();
}

absl::Status Agent::FindIdentity() {
  const bool is_default = options_.state_directory.empty();
  auto identity = WorkerIdentity::Open(
      is_default
          ? DefaultStateDirectory(options_.artifact_root, options_.worker_id)
          : options_.state_directory,
      SystemClock());
  if (identity.ok()) {
    identity_ = *std::move(identity);
    return absl::OkStatus();
  }
  if (!is_default || absl::IsFailedPrecondition(identity.status())) {
    return WithContext(identity.status(), "--state-dir");
  }
  spdlog::warn(
      "worker cannot remember who it is; --state-dir names another directory "
      "error=\"{}\"",
      std::string(identity.status().message()));
  return absl::OkStatus();
}

void Agent::FindDevices() {
  nvml_ = OpenNvml(options_.nvml_library);
  if (nvml_ == nullptr) return;
  std::vector<Device> gpus = FindGpus(*nvml_, options_.visible_gpus);
  GpuDevice::Dependencies dependencies = {
      .clock = SystemClock(),
      .spawner = spawner_,
      .metrics = *device_metrics_,
      .post = [this](TaskQueue::Task task) {
        session_queue_.Post(std::move(task));
      }};
  for (const Device& gpu : gpus) {
    gpus_.push_back(std::make_unique<GpuDevice>(gpu, dependencies));
  }
  if (gpus.empty()) return;
  watch_ = std::make_unique<GpuWatch>(*nvml_, std::move(gpus), *device_metrics_,
                                      [this](const std::string& uuid) {
                                        session_queue_.Post([this, uuid] {
                                          for (auto& gpu : gpus_) {
                                            if (gpu->device().uuid == uuid)
                                              gpu->OnLost();
                                          }
                                        });
                                      });
}

void Agent::TryDevices() {
  auto tried = [](const auto& gpu) { return gpu->tried(); };
  while (!std::all_of(gpus_.begin(), gpus_.end(), tried)) {
    session_queue_.RunFor(Turn() - SystemClock().Monotonic());
  }
}

std::vector<PlannedGpu> Agent::TriedGpus() const {
  std::vector<PlannedGpu> tried;
  for (const auto& gpu : gpus_) {
    tried.push_back({gpu->device(), gpu->compute_capability(),
                     /*works=*/gpu->in_service()});
  }
  return tried;
}

void Agent::StartThreads() {
  staging_thread_ = std::thread([this] {
    while (staging_queue_.RunFor(absl::InfiniteDuration())) {
    }
  });
  if (watch_ != nullptr) {
    watch_thread_ = std::thread([this] {
      do {
        watch_->Look();
      } while (watch_queue_.RunFor(kWatchInterval));
    });
  }
  session_thread_ = std::thread([this] { RunSession(); });
}

GpuDevice* Agent::GpuOf(const v1::Slot& slot) {
  for (auto& gpu : gpus_) {
    if (gpu->device().uuid == slot.device_uuid()) return gpu.get();
  }
  return nullptr;
}

void Agent::Drain(absl::Duration grace) {
  session_queue_.Post([this] { session_->Drain(); });
  Clock& clock = SystemClock();
  absl::Duration deadline = clock.Monotonic() + grace;
  MutexLock lock(&mutex_);
  while (!drained_ && clock.Monotonic() < deadline) {
    changed_.WaitFor(&mutex_, deadline - clock.Monotonic());
  }
}

absl::Status Agent::status() const {
  return evicted_
             ? absl::AbortedError(absl::StrCat(
                   "another worker connected with the id ", options_.worker_id))
             : absl::OkStatus();
}

void Agent::BuildSession(const std::vector<v1::Slot>& slots) {
  Session::Options options;
  options.worker_id = options_.worker_id;
  options.boot_id = absl::ToUnixNanos(SystemClock().Now());
  if (identity_ != nullptr) {
    options.instance_id = identity_->instance_id();
    options.boot_id = identity_->boot_id();
  }
  options.build = options_.build;
  options.post = [this](TaskQueue::Task task) {
    session_queue_.Post(std::move(task));
  };
  options.on_welcome = [this] { OnWelcome(); };
  options.on_evicted = [this](const absl::Status&) {
    evicted_ = true;
    if (options_.on_end) options_.on_end();
  };
  session_ =
      std::make_unique<Session>(options, transport_, SystemClock(), metrics_);
  SlotDependencies dependencies = {
      .clock = SystemClock(),
      .spawner = spawner_,
      .store = *store_,
      .metrics = metrics_,
      .observer = *session_,
      .post = options.post,
      .run_blocking =
          [this](TaskQueue::Task task) {
            staging_queue_.Post(std::move(task));
          },
      .count_oom_kills = [] { return CountOomKills(); },
      .feature_cache = FeatureCacheOf(options_),
      .slots_per_gpu = options_.slots.slots_per_gpu,
      .trainer_patience = options_.trainer_patience,
  };
  for (const v1::Slot& slot : slots) {
    spdlog::info(
        "slot index={} purpose={} device={} name=\"{}\" uuid={} threads={} "
        "device_memory_mib={} memory_mib={}",
        slot.index(), v1::Slot::Purpose_Name(slot.purpose()), slot.device(),
        slot.device_name(), slot.device_uuid(), slot.threads(),
        slot.device_memory_bytes() >> 20, slot.host_memory_limit_bytes() >> 20);
    session_->AddSlot(
        std::make_unique<SlotRunner>(slot, dependencies, GpuOf(slot)));
  }
}

absl::Duration Agent::Turn() {
  absl::Duration next = absl::InfiniteDuration();
  if (session_ != nullptr) next = session_->Turn();
  // What slots found out about their GPUs counts at once.
  for (auto& gpu : gpus_) next = std::min(next, gpu->Turn());
  return next;
}

void Agent::RunSession() {
  absl::Duration next = Turn();
  while (session_queue_.RunFor(next - SystemClock().Monotonic())) {
    next = Turn();
    if (!session_->drained()) continue;
    MutexLock lock(&mutex_);
    drained_ = true;
    changed_.SignalAll();
  }
  // Ends trainers and stream on the thread that they belong to.
  session_.reset();
  gpus_.clear();
}

void Agent::OnWelcome() {
  if (options_.ready_file.empty() || ready_file_written_) return;
  nlohmann::json ready = {{"metrics_port", metrics_port()}};
  absl::Status written =
      WriteFileDurably(options_.ready_file, ready.dump() + "\n");
  ready_file_written_ = written.ok();
  if (!written.ok()) {
    spdlog::error("ready file not written error=\"{}\"",
                  std::string(written.message()));
  }
}

}  // namespace tunesmith::worker
