#ifndef TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_
#define TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "proto/artifact/artifact_store.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/item_key.h"
#include "worker/agent/process/trainer_process.h"
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
};

// Runs one item at a time on one slot, each in a trainer process of its own,
// and keeps one spare trainer warm. All methods on the session's thread; none
// blocks.
class SlotRunner {
 public:
  SlotRunner(v1::Slot slot, SlotDependencies dependencies);
  ~SlotRunner();

  // Takes an item up. Whatever happens then, its last event is an outcome,
  // unless it is dropped. The slot holds no other item.
  void Start(const internal::v1::WorkItem& item);

  // Asks for an early end with a CANCELLED outcome.
  void Cancel(const ItemKey& key);

  // Asks for an end at a checkpoint, with a `suspended` outcome.
  void Suspend(const ItemKey& key);

  // Kills the item's trainer; nothing more is heard of the item.
  void Drop(const ItemKey& key);

  // Kills the item's trainer; its outcome tells why.
  void Kill(const ItemKey& key, KillCause cause);

  // Does what is due; returns when to call again, on Clock::Monotonic.
  absl::Duration Turn();

  const v1::Slot& slot() const { return slot_; }
  bool busy() const { return item_ != nullptr; }

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
  // Tells the active trainer something, and kills it when it has not ended
  // after `grace`.
  void AskToStop(const internal::v1::AgentMessage& message, KillCause cause,
                 absl::Duration grace);
  void KillActive(KillCause cause);
  // Ends the item with an outcome of the agent's own.
  void Finish(internal::v1::Outcome outcome);
  void Deliver(internal::v1::WorkEvent event);
  void HandOver();
  void SpawnSpare();
  bool SpareIsDue() const;
  void CheckDeadlines();
  // Kills an active trainer that holds more memory than it may.
  void CheckMemory();
  absl::Duration NextDeadline() const;
  void CountSlot();

  const v1::Slot slot_;
  const SlotDependencies dependencies_;
  // Callbacks of trainers and staging that outlive the slot find it gone.
  const std::shared_ptr<bool> alive_;
  std::optional<WorkerMetrics::SlotState> counted_;

  std::unique_ptr<Item> item_;
  SpareTrainer spare_;
  // Has, or had, the item: stays until its process is gone.
  std::unique_ptr<Trainer> active_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SLOT_RUNNER_H_
