#include "worker/agent/spare_trainer.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

// From a trainer's start to its first word; a cold disk and a GPU are slow.
constexpr absl::Duration kStartGrace = absl::Minutes(2);

}  // namespace

SpareTrainer::SpareTrainer(const v1::Slot& slot, Clock& clock,
                           TrainerSpawner& spawner, WorkerMetrics& metrics)
    : slot_index_(slot.index()),
      command_{slot.device(), slot.threads()},
      clock_(clock),
      spawner_(spawner),
      metrics_(metrics),
      backoff_(absl::Milliseconds(200), absl::Seconds(30),
               static_cast<uint32_t>(slot.index()) + 1) {}

std::optional<TrainerExit> SpareTrainer::Spawn(MessageHandler on_message,
                                               ExitHandler on_exit) {
  int64_t id = ++last_id_;
  TrainerSink sink;
  sink.on_message = [id, on_message = std::move(on_message)](
                        internal::v1::TrainerMessage message) {
    on_message(id, std::move(message));
  };
  sink.on_exit = [id, on_exit = std::move(on_exit)](TrainerExit exit) {
    on_exit(id, std::move(exit));
  };
  auto process = spawner_.Spawn(command_, std::move(sink));
  metrics_.TrainerSpawned();
  if (!process.ok()) {
    TrainerExit exit;
    exit.exit_code = 127;
    exit.stderr_tail = std::string(process.status().message());
    return exit;
  }
  trainer_ = std::make_unique<Trainer>();
  trainer_->id = id;
  trainer_->process = *std::move(process);
  trainer_->kill_time = clock_.Monotonic() + kStartGrace;
  return std::nullopt;
}

void SpareTrainer::OnReady() {
  ready_ = true;
  trainer_->kill_time = absl::InfiniteDuration();
  failures_ = 0;
  backoff_.Reset();
}

void SpareTrainer::OnExit(const TrainerExit& exit) {
  ++failures_;
  next_spawn_ = clock_.Monotonic() + backoff_.Next();
  metrics_.TrainerDied("spare");
  spdlog::warn("spare trainer died slot={} by=\"{}\" failures={} stderr=\"{}\"",
               slot_index_, DescribeExit(exit), failures_, exit.stderr_tail);
  trainer_.reset();
  ready_ = false;
}

std::unique_ptr<Trainer> SpareTrainer::Take() {
  ready_ = false;
  return std::move(trainer_);
}

void SpareTrainer::Kill() {
  if (trainer_ != nullptr) trainer_->process->Kill();
}

void SpareTrainer::CheckDeadline() {
  if (clock_.Monotonic() < kill_time()) return;
  trainer_->kill_time = absl::InfiniteDuration();
  Kill();
}

absl::Duration SpareTrainer::kill_time() const {
  return trainer_ != nullptr ? trainer_->kill_time : absl::InfiniteDuration();
}

}  // namespace tunesmith::worker
