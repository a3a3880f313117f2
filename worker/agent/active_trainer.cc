#include "worker/agent/active_trainer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

// From the outcome to the kill.
constexpr absl::Duration kEndGrace = absl::Seconds(10);
// How often to look at a trainer's memory: what it can add meanwhile is small
// beside the reserve that slots leave.
constexpr absl::Duration kMemoryInterval = absl::Milliseconds(100);
// So many looks find nothing while the patience lasts.
constexpr int kLooks = 8;

}  // namespace

ActiveTrainer::ActiveTrainer(std::unique_ptr<Trainer> trainer, Options options,
                             Clock& clock)
    : trainer_(std::move(trainer)),
      options_(std::move(options)),
      clock_(clock) {
  if (options_.memory_limit_bytes > 0) memory_time_ = clock_.Monotonic();
  if (trainer_->beats) {
    life_time_ = clock_.Monotonic() + options_.patience / kLooks;
  }
}

void ActiveTrainer::OnMessage(const internal::v1::TrainerMessage& message) {
  silent_looks_ = 0;
  if (message.kind_case() != internal::v1::TrainerMessage::KIND_NOT_SET ||
      std::exchange(trainer_->beats, true)) {
    return;
  }
  life_time_ = clock_.Monotonic() + options_.patience / kLooks;
}

void ActiveTrainer::Tell(const internal::v1::AgentMessage& message) {
  absl::Status sent = trainer_->process->Send(message);
  if (sent.ok()) return;
  spdlog::warn("message not sent slot={} error=\"{}\"", options_.slot,
               std::string(sent.message()));
  Kill(KillCause::kNone);
}

void ActiveTrainer::AskToStop(const internal::v1::AgentMessage& message,
                              KillCause cause, absl::Duration grace) {
  // One that cannot be told is killed when the grace is over.
  (void)trainer_->process->Send(message);
  kill_ = cause;
  kill_time_ = clock_.Monotonic() + grace;
}

void ActiveTrainer::AwaitEnd() {
  kill_ = KillCause::kLingered;
  kill_time_ = clock_.Monotonic() + kEndGrace;
  memory_time_ = absl::InfiniteDuration();
  life_time_ = absl::InfiniteDuration();
}

void ActiveTrainer::Kill(KillCause cause) {
  kill_ = cause;
  kill_time_ = absl::InfiniteDuration();
  memory_time_ = absl::InfiniteDuration();
  life_time_ = absl::InfiniteDuration();
  trainer_->process->Kill();
}

void ActiveTrainer::CheckDeadlines() {
  absl::Duration now = clock_.Monotonic();
  if (now >= kill_time_) KillNow();
  if (now >= memory_time_) CheckMemory(now);
  if (now >= life_time_) CheckLife(now);
}

void ActiveTrainer::CheckMemory(absl::Duration now) {
  memory_time_ = now + kMemoryInterval;
  std::optional<int64_t> held = trainer_->process->HeldMemoryBytes();
  if (held.value_or(0) <= options_.memory_limit_bytes) return;
  spdlog::warn("trainer holds too much memory slot={} item={} held_mib={}",
               options_.slot, options_.item_uid, *held >> 20);
  Kill(KillCause::kMemoryLimit);
}

void ActiveTrainer::CheckLife(absl::Duration now) {
  life_time_ = now + options_.patience / kLooks;
  if (++silent_looks_ < kLooks) return;
  spdlog::warn("trainer gives no sign of life slot={} item={}", options_.slot,
               options_.item_uid);
  // One that was cancelled is still cancelled.
  Kill(kill_ == KillCause::kCancelled ? kill_ : KillCause::kHung);
}

absl::Duration ActiveTrainer::next_deadline() const {
  return std::min({kill_time_, memory_time_, life_time_});
}

KillCause ActiveTrainer::CauseOf(const TrainerExit& exit,
                                 int64_t oom_kills_now) const {
  return WasKilledForMemory(exit, kill_, options_.oom_kills, oom_kills_now)
             ? KillCause::kOutOfMemory
             : kill_;
}

}  // namespace tunesmith::worker
