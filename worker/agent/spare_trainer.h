#ifndef TUNESMITH_WORKER_AGENT_SPARE_TRAINER_H_
#define TUNESMITH_WORKER_AGENT_SPARE_TRAINER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "tunesmith/v1/worker.pb.h"
#include "worker/agent/backoff.h"
#include "worker/agent/process/trainer_process.h"
#include "worker/agent/worker_metrics.h"

namespace tunesmith::worker {

// A trainer process of a slot.
struct Trainer {
  int64_t id = 0;
  std::unique_ptr<TrainerProcess> process;
  // It gives signs of life: messages without a kind.
  bool beats = false;
};

// The one trainer that a slot starts ahead of its next item, so that the item
// finds the libraries loaded. Starts are spaced out while they fail. Owned by a
// SlotRunner, on its thread.
class SpareTrainer {
 public:
  // News of a trainer with an id, on the threads of its process; they go on
  // after it was taken.
  using MessageHandler =
      std::function<void(int64_t, internal::v1::TrainerMessage)>;
  using ExitHandler = std::function<void(int64_t, TrainerExit)>;

  // The spawner, the clock and the metrics outlive it.
  SpareTrainer(int32_t slot_index, TrainerCommand command, Clock& clock,
               TrainerSpawner& spawner, WorkerMetrics& metrics);

  // Starts one where there is none; returns what went wrong where that fails
  // at once. The caller passes it to OnExit like any other exit.
  std::optional<TrainerExit> Spawn(MessageHandler on_message,
                                   ExitHandler on_exit);

  // It gave a sign of life.
  void OnBeat();
  // It is warm.
  void OnReady();
  // It died before it was taken; whether that was a start that failed.
  bool OnExit(const TrainerExit& exit);

  // The warm trainer; it is the caller's from now on. Only where ready().
  std::unique_ptr<Trainer> Take();

  // Kills one that is not wanted any more; that is no failure of it.
  void Discard();
  // Kills one that does not come up in time.
  void CheckDeadline();

  bool empty() const { return trainer_ == nullptr; }
  bool ready() const { return ready_; }
  bool Is(int64_t id) const {
    return trainer_ != nullptr && trainer_->id == id;
  }
  // On Clock::Monotonic: not to be started before.
  absl::Duration next_spawn() const { return next_spawn_; }
  // On Clock::Monotonic: when to call CheckDeadline.
  absl::Duration kill_time() const { return kill_time_; }
  // How many died in a row before they were warm.
  int failures() const { return failures_; }

 private:
  const int32_t slot_index_;
  const TrainerCommand command_;
  Clock& clock_;
  TrainerSpawner& spawner_;
  WorkerMetrics& metrics_;
  Backoff backoff_;
  absl::Duration next_spawn_ = -absl::InfiniteDuration();
  int failures_ = 0;
  int64_t last_id_ = 0;
  bool ready_ = false;
  bool discarded_ = false;
  absl::Duration kill_time_ = absl::InfiniteDuration();
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SPARE_TRAINER_H_
