#include "worker/agent/spare_trainer.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

// From a trainer's start to its first word; a cold disk and a GPU are slow.
constexpr absl::Duration kStartGrace = absl::Minutes(2);

}  // namespace

SpareTrainer::SpareTrainer(int32_t slot_index, TrainerCommand command,
                           Clock& clock, TrainerSpawner& spawner,
                           WorkerMetrics& metrics)
    : slot_index_(slot_index),
      command_(std::move(command)),
      clock_(clock),
      spawner_(spawner),
      metrics_(metrics),
      backoff_(absl::Milliseconds(200), absl::Seconds(30),
               static_cast<uint32_t>(slot_index) + 1) {}

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
  discarded_ = false;
  kill_time_ = clock_.Monotonic() + kStartGrace;
  return std::nullopt;
}

void SpareTrainer::OnBeat() {
  if (trainer_ != nullptr) trainer_->beats = true;
}

void SpareTrainer::OnReady() {
  if (discarded_) return;
  ready_ = true;
  kill_time_ = absl::InfiniteDuration();
  failures_ = 0;
  backoff_.Reset();
}

bool SpareTrainer::OnExit(const TrainerExit& exit) {
  bool failed = !ready_ && !discarded_;
  trainer_.reset();
  ready_ = false;
  kill_time_ = absl::InfiniteDuration();
  metrics_.TrainerDied("spare");
  if (discarded_) return false;
  ++failures_;
  next_spawn_ = clock_.Monotonic() + backoff_.Next();
  spdlog::warn("spare trainer died slot={} by=\"{}\" failures={} stderr=\"{}\"",
               slot_index_, DescribeExit(exit), failures_, exit.stderr_tail);
  return failed;
}

std::unique_ptr<Trainer> SpareTrainer::Take() {
  ready_ = false;
  return std::move(trainer_);
}

void SpareTrainer::Discard() {
  if (trainer_ == nullptr || discarded_) return;
  discarded_ = true;
  ready_ = false;
  kill_time_ = absl::InfiniteDuration();
  trainer_->process->Kill();
}

void SpareTrainer::CheckDeadline() {
  if (clock_.Monotonic() < kill_time_) return;
  kill_time_ = absl::InfiniteDuration();
  trainer_->process->Kill();
}

}  // namespace tunesmith::worker
