#ifndef TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_
#define TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/artifact/artifact_store.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/active_trainer.h"
#include "worker/agent/devices/gpu_device.h"
#include "worker/agent/item_key.h"
#include "worker/agent/process/trainer_process.h"
#include "worker/agent/spare_schedule.h"
#include "worker/agent/spare_trainer.h"
#include "worker/agent/staging.h"
#include "worker/agent/step_meter.h"
#include "worker/agent/worker_metrics.h"

namespace tunesmith::worker {

// Hears of the items that slots run. Called on the session's thread.
class ItemObserver {
 public:
  virtual ~ItemObserver() = default;
  // The last event of an item is its outcome.
  virtual void OnEvent(const ItemKey& key, internal::v1::WorkEvent event) = 0;
  virtual void OnProgress(const ItemKey& key, const v1::Progress& progress) = 0;
  // The holder of a model answers.
  virtual void OnPredicted(const ItemKey& key,
                           internal::v1::PredictBatchResult result) = 0;
};

// What all slots of a worker share. All outlive the slots.
struct SlotDependencies {
  Clock& clock;
  TrainerSpawner& spawner;
  ArtifactStore& store;
  WorkerMetrics& metrics;
  ItemObserver& observer;
  // Brings a closure to the session's thread; any thread may call it.
  std::function<void(std::function<void()>)> post;
  // Runs a closure that does I/O.
  BlockingRunner run_blocking;
  // See CountOomKills.
  std::function<int64_t()> count_oom_kills;
  FeatureCacheOptions feature_cache = {};
  // How many slots share the memory of each GPU.
  int slots_per_gpu = 1;
  // A trainer that gives no sign of life for so long hangs.
  absl::Duration trainer_patience = absl::Minutes(1);
};

// Runs one item at a time on one slot, each in a trainer process of its own,
// and keeps one spare trainer warm. All methods on the session's thread; none
// blocks.
class SlotRunner {
 public:
  // `gpu` is the slot's, and outlives it; null for the CPU.
  SlotRunner(v1::Slot slot, SlotDependencies dependencies,
             GpuDevice* gpu = nullptr);
  ~SlotRunner();

  // Takes an item up. Whatever happens then, its last event is an outcome,
  // unless it is dropped. The slot holds no other item. A slot that is out of
  // service ends the item at once.
  void Start(const internal::v1::WorkItem& item);

  // Asks for an early end with a CANCELLED outcome.
  void Cancel(const ItemKey& key);

  // Asks for an end at a checkpoint, with a `suspended` outcome.
  void Suspend(const ItemKey& key);

  // Gives samples to the item's trainer; dropped where it has none.
  void Predict(const ItemKey& key, const internal::v1::PredictBatch& batch);

  // Kills the item's trainer; nothing more is heard of the item.
  void Drop(const ItemKey& key);

  // Kills the item's trainer; its outcome tells why.
  void Kill(const ItemKey& key, KillCause cause);

  // Does what is due; returns when to call again, on Clock::Monotonic.
  absl::Duration Turn();

  const v1::Slot& slot() const { return slot_; }
  bool busy() const { return item_ != nullptr; }
  // Why it takes nothing, for people; empty while it does.
  std::string out_of_service() const {
    return gpu_ == nullptr ? "" : gpu_->reason();
  }

 private:
  struct Item;

  void OnStaged(const ItemKey& key,
                absl::StatusOr<internal::v1::TrainerAssignment> staged);
  void OnMessage(int64_t trainer_id, internal::v1::TrainerMessage message);
  void OnExit(int64_t trainer_id, const TrainerExit& exit);
  void OnSpareExit(const TrainerExit& exit);
  void OnActiveExit(const TrainerExit& exit);
  void OnTrainerEvent(internal::v1::WorkEvent event);
  void OnTrainerProgress(const v1::Progress& progress);

  bool Holds(const ItemKey& key) const;
  bool in_service() const { return gpu_ == nullptr || gpu_->in_service(); }
  // Ends the item with an outcome of the agent's own.
  void Finish(internal::v1::Outcome outcome);
  void Deliver(internal::v1::WorkEvent event);
  void ForgetItem();
  void HandOver();
  void SpawnSpare();
  bool SpareIsDue() const;
  // Gives up what cannot be done without the device.
  void LeaveService();
  void CheckDeadlines();
  absl::Duration NextDeadline() const;
  void CountSlot();

  v1::Slot slot_;
  const SlotDependencies dependencies_;
  GpuDevice* const gpu_;
  // Callbacks of trainers and staging that outlive the slot find it gone.
  const std::shared_ptr<bool> alive_;
  std::optional<WorkerMetrics::SlotState> counted_;

  std::unique_ptr<Item> item_;
  SpareTrainer spare_;
  SpareSchedule spare_schedule_;
  std::unique_ptr<ActiveTrainer> active_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_
