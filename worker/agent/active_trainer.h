#ifndef TUNESMITH_WORKER_AGENT_ACTIVE_TRAINER_H_
#define TUNESMITH_WORKER_AGENT_ACTIVE_TRAINER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "worker/agent/spare_trainer.h"

namespace tunesmith::worker {

// The trainer that has, or had, a slot's item: stays until its process is
// gone. Kills it where it takes too long or too much. Owned by a SlotRunner, on
// its thread.
class ActiveTrainer {
 public:
  struct Options {
    int32_t slot = 0;
    std::string item_uid;
    // Of the host's memory; 0: no limit.
    int64_t memory_limit_bytes = 0;
    // See CountOomKills; before it has the item.
    int64_t oom_kills = 0;
    // One that gave signs of life and then none for so long hangs.
    absl::Duration patience = absl::InfiniteDuration();
  };

  // The clock outlives it.
  ActiveTrainer(std::unique_ptr<Trainer> trainer, Options options,
                Clock& clock);

  // Gives it the item, or samples for it; one that does not take them is
  // killed.
  void Tell(const internal::v1::AgentMessage& message);

  // Tells it something, and kills it when it has not ended after `grace`.
  void AskToStop(const internal::v1::AgentMessage& message, KillCause cause,
                 absl::Duration grace);

  // It said something, if only that it lives.
  void OnMessage(const internal::v1::TrainerMessage& message);

  // It has reported its outcome, and is to end.
  void AwaitEnd();

  void Kill(KillCause cause);
  // Kills it for the cause that it would be killed for anyway.
  void KillNow() { Kill(kill_); }

  // Kills it where it is time to, where it holds too much memory, or hangs.
  void CheckDeadlines();
  // On Clock::Monotonic: when to call CheckDeadlines.
  absl::Duration next_deadline() const;

  // What it ended for.
  KillCause CauseOf(const TrainerExit& exit, int64_t oom_kills_now) const;

  bool Is(int64_t id) const { return trainer_->id == id; }

 private:
  void CheckMemory(absl::Duration now);
  void CheckLife(absl::Duration now);

  const std::unique_ptr<Trainer> trainer_;
  const Options options_;
  Clock& clock_;
  KillCause kill_ = KillCause::kNone;
  absl::Duration kill_time_ = absl::InfiniteDuration();
  // When to look at its memory.
  absl::Duration memory_time_ = absl::InfiniteDuration();
  // When to look for signs of life, and how often there were none. Looks are
  // counted and not time, so that a pause of this process is no silence of the
  // trainer's.
  absl::Duration life_time_ = absl::InfiniteDuration();
  int silent_looks_ = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_ACTIVE_TRAINER_H_
