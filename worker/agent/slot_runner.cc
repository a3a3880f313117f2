#include "worker/agent/slot_runner.h"

#include <algorithm>
#include <utility>

#include "spdlog/spdlog.h"
#include "worker/agent/agent_outcomes.h"

namespace tunesmith::worker {
namespace {

using internal::v1::TrainerMessage;
using internal::v1::WorkEvent;

// From the request to the kill.
constexpr absl::Duration kCancelGrace = absl::Milliseconds(400);
// The same where a checkpoint is to be written: a slow disk takes its time.
constexpr absl::Duration kSuspendGrace = absl::Minutes(2);
// An item that waits for a trainer fails when so many died in starting.
constexpr int kMaxSpareFailures = 3;

}  // namespace

struct SlotRunner::Item {
  ItemKey key;
  internal::v1::WorkItem work;
  absl::Duration deadline = absl::InfiniteDuration();
  absl::Duration staging_start;
  std::optional<internal::v1::TrainerAssignment> staged;
  // The active trainer has it.
  bool handed_over = false;
  StepMeter meter;
};

SlotRunner::SlotRunner(v1::Slot slot, SlotDependencies dependencies,
                       GpuDevice* gpu)
    : slot_(std::move(slot)),
      dependencies_(std::move(dependencies)),
      gpu_(gpu),
      alive_(std::make_shared<bool>(true)),
      spare_(slot_.index(), CommandOfSlot(slot_, dependencies_.slots_per_gpu),
             dependencies_.clock, dependencies_.spawner, dependencies_.metrics),
      spare_schedule_(slot_) {
  CountSlot();
}

SlotRunner::~SlotRunner() {
  *alive_ = false;
  // Both at once, so that neither waits for the other's end.
  spare_.Discard();
  if (active_ != nullptr) active_->KillNow();
}

void SlotRunner::Start(const internal::v1::WorkItem& work) {
  absl::Duration now = dependencies_.clock.Monotonic();
  item_ = std::make_unique<Item>();
  item_->key = KeyOf(work);
  item_->work = work;
  item_->staging_start = now;
  if (work.train().run_time_left_seconds() > 0) {
    item_->deadline = now + absl::Seconds(work.train().run_time_left_seconds());
  }
  dependencies_.metrics.ItemStarted(work);
  spdlog::info("item started item={} fence={} attempt={} slot={} device={}",
               work.uid(), work.fence(), work.attempt(), slot_.index(),
               slot_.device());
  if (!in_service()) return Finish(DeviceFailedOutcome(gpu_->reason()));
  v1::Progress progress;
  progress.set_phase(v1::Progress::STAGING);
  dependencies_.observer.OnProgress(item_->key, progress);
  dependencies_.run_blocking([this, alive = alive_, work, key = item_->key,
                              &store = dependencies_.store,
                              post = dependencies_.post] {
    auto staged = StageItem(work, store);
    post([this, alive, key, staged = std::move(staged)] {
      if (*alive) OnStaged(key, staged);
    });
  });
}

void SlotRunner::OnStaged(
    const ItemKey& key,
    absl::StatusOr<internal::v1::TrainerAssignment> staged) {
  if (!Holds(key)) return;
  dependencies_.metrics.Staged(dependencies_.clock.Monotonic() -
                               item_->staging_start);
  if (!staged.ok()) return Finish(StagingOutcome(staged.status()));
  item_->staged = *std::move(staged);
  *item_->staged->mutable_slot() = slot_;
  if (item_->staged->item().has_train()) {
    const FeatureCacheOptions& cache = dependencies_.feature_cache;
    item_->staged->set_feature_cache_directory(cache.directory);
    item_->staged->set_feature_cache_bytes(cache.max_bytes);
  }
}

void SlotRunner::Cancel(const ItemKey& key) {
  if (!Holds(key)) return;
  if (!item_->handed_over) return Finish(CancelledOutcome());
  internal::v1::AgentMessage message;
  message.mutable_cancel();
  active_->AskToStop(message, KillCause::kCancelled, kCancelGrace);
}

void SlotRunner::Suspend(const ItemKey& key) {
  if (!Holds(key)) return;
  if (!item_->handed_over) return Finish(SuspendedOutcome());
  internal::v1::AgentMessage message;
  message.mutable_suspend();
  active_->AskToStop(message, KillCause::kSuspended, kSuspendGrace);
}

void SlotRunner::Predict(const ItemKey& key,
                         const internal::v1::PredictBatch& batch) {
  if (!Holds(key) || !item_->handed_over) return;
  internal::v1::AgentMessage message;
  *message.mutable_predict() = batch;
  active_->Tell(message);
}

void SlotRunner::Drop(const ItemKey& key) {
  if (!Holds(key)) return;
  if (item_->handed_over) active_->Kill(KillCause::kDropped);
  spdlog::info("item dropped item={} fence={} slot={}", key.uid, key.fence,
               slot_.index());
  ForgetItem();
}

void SlotRunner::Kill(const ItemKey& key, KillCause cause) {
  if (!Holds(key)) return;
  if (item_->handed_over) return active_->Kill(cause);
  Finish(OutcomeOfExit({}, cause));
}

bool SlotRunner::Holds(const ItemKey& key) const {
  return item_ != nullptr && item_->key == key;
}

void SlotRunner::OnMessage(int64_t trainer_id, TrainerMessage message) {
  if (spare_.Is(trainer_id)) {
    if (message.has_ready()) spare_.OnReady();
    if (message.kind_case() == TrainerMessage::KIND_NOT_SET) spare_.OnBeat();
    return;
  }
  if (active_ != nullptr && active_->Is(trainer_id)) {
    active_->OnMessage(message);
  }
  bool reports = active_ != nullptr && active_->Is(trainer_id) &&
                 item_ != nullptr && item_->handed_over;
  if (!reports) return;
  if (message.has_progress()) OnTrainerProgress(message.progress());
  if (message.has_predicted()) {
    dependencies_.observer.OnPredicted(item_->key,
                                       std::move(*message.mutable_predicted()));
  }
  if (message.has_event()) OnTrainerEvent(std::move(*message.mutable_event()));
}

void SlotRunner::OnTrainerProgress(const v1::Progress& progress) {
  absl::Duration now = dependencies_.clock.Monotonic();
  if (auto done = item_->meter.Add(progress, now)) {
    dependencies_.metrics.StepsFinished(*done);
  }
  spare_schedule_.OnProgress(progress, now);
  dependencies_.observer.OnProgress(item_->key, progress);
}

void SlotRunner::OnTrainerEvent(WorkEvent event) {
  if (!event.has_outcome()) {
    dependencies_.observer.OnEvent(item_->key, std::move(event));
    return;
  }
  active_->AwaitEnd();
  if (gpu_ != nullptr) gpu_->OnOutcome(event.outcome());
  NamePlaceFault(*event.mutable_outcome());
  Deliver(std::move(event));
}

void SlotRunner::Finish(internal::v1::Outcome outcome) {
  Deliver(OutcomeEvent(std::move(outcome), dependencies_.clock.Now()));
}

void SlotRunner::Deliver(WorkEvent event) {
  const google::rpc::Status& error = event.outcome().error();
  if (error.code() == 0) {
    spdlog::info("item {} item={} fence={} slot={}",
                 event.outcome().has_suspended() ? "suspended" : "succeeded",
                 item_->key.uid, item_->key.fence, slot_.index());
  } else {
    spdlog::warn("item failed item={} fence={} slot={} error=\"{}\"",
                 item_->key.uid, item_->key.fence, slot_.index(),
                 error.message());
  }
  dependencies_.metrics.ItemFinished(item_->work, event.outcome());
  ItemKey key = item_->key;
  ForgetItem();
  dependencies_.observer.OnEvent(key, std::move(event));
}

void SlotRunner::ForgetItem() {
  item_.reset();
  spare_schedule_.OnEnd();
}

void SlotRunner::OnExit(int64_t trainer_id, const TrainerExit& exit) {
  if (spare_.Is(trainer_id)) return OnSpareExit(exit);
  if (active_ != nullptr && active_->Is(trainer_id)) OnActiveExit(exit);
}

void SlotRunner::OnSpareExit(const TrainerExit& exit) {
  if (spare_.OnExit(exit)) {
    spare_schedule_.OnFailedStart();
    if (gpu_ != nullptr) gpu_->OnFailedStart(exit);
  }
  if (item_ != nullptr && !item_->handed_over &&
      spare_.failures() >= kMaxSpareFailures) {
    Finish(StartFailedOutcome(exit));
  }
}

void SlotRunner::OnActiveExit(const TrainerExit& exit) {
  bool unfinished = item_ != nullptr && item_->handed_over;
  KillCause cause = active_->CauseOf(exit, dependencies_.count_oom_kills());
  active_.reset();
  if (gpu_ != nullptr) gpu_->WorkEnded();
  bool clean = !unfinished && exit.signal == 0;
  dependencies_.metrics.TrainerDied(clean ? "finished"
                                          : DeathCause(exit, cause));
  if (!unfinished) return;
  spdlog::warn("trainer died slot={} item={} by=\"{}\" stderr=\"{}\"",
               slot_.index(), item_->key.uid, DescribeExit(exit),
               exit.stderr_tail);
  Finish(OutcomeOfExit(exit, cause, slot_.host_memory_limit_bytes()));
}

void SlotRunner::HandOver() {
  if (item_ == nullptr || !item_->staged.has_value() || item_->handed_over) {
    return;
  }
  // The trainer before has reported all: it must leave the device now.
  if (active_ != nullptr) return active_->KillNow();
  if (!spare_.ready()) return;
  internal::v1::AgentMessage message;
  *message.mutable_assignment() = *std::move(item_->staged);
  item_->handed_over = true;
  spare_schedule_.OnBegin();
  active_ = std::make_unique<ActiveTrainer>(
      spare_.Take(),
      ActiveTrainer::Options{
          .slot = slot_.index(),
          .item_uid = item_->key.uid,
          .memory_limit_bytes = slot_.host_memory_limit_bytes(),
          .oom_kills = dependencies_.count_oom_kills(),
          .patience = dependencies_.trainer_patience},
      dependencies_.clock);
  if (gpu_ != nullptr) gpu_->WorkBegan();
  active_->Tell(message);
}

bool SlotRunner::SpareIsDue() const {
  return in_service() && spare_.empty() &&
         dependencies_.clock.Monotonic() >=
             std::max(spare_.next_spawn(), spare_schedule_.earliest());
}

void SlotRunner::SpawnSpare() {
  auto on_message = [this, alive = alive_, post = dependencies_.post](
                        int64_t id, TrainerMessage message) {
    post([this, alive, id, message = std::move(message)] {
      if (*alive) OnMessage(id, message);
    });
  };
  auto on_exit = [this, alive = alive_, post = dependencies_.post](
                     int64_t id, TrainerExit exit) {
    post([this, alive, id, exit = std::move(exit)] {
      if (*alive) OnExit(id, exit);
    });
  };
  auto failed = spare_.Spawn(std::move(on_message), std::move(on_exit));
  if (failed.has_value()) OnSpareExit(*failed);
}

void SlotRunner::LeaveService() {
  spare_.Discard();
  if (item_ == nullptr) return;
  if (!item_->handed_over) {
    Finish(DeviceFailedOutcome(gpu_->reason()));
  } else if (gpu_->lost()) {
    // It may wait for the device for ever.
    active_->Kill(KillCause::kDeviceLost);
  }
}

void SlotRunner::CheckDeadlines() {
  if (item_ != nullptr && dependencies_.clock.Monotonic() >= item_->deadline) {
    item_->deadline = absl::InfiniteDuration();
    Kill(item_->key, KillCause::kRunTimeExceeded);
  }
  if (active_ != nullptr) active_->CheckDeadlines();
  spare_.CheckDeadline();
}

absl::Duration SlotRunner::Turn() {
  CheckDeadlines();
  if (in_service()) {
    if (gpu_ != nullptr) {
      slot_.set_compute_capability(gpu_->compute_capability());
    }
    HandOver();
  }
  if (SpareIsDue()) SpawnSpare();
  if (!in_service()) LeaveService();
  CountSlot();
  return NextDeadline();
}

absl::Duration SlotRunner::NextDeadline() const {
  absl::Duration next = spare_.kill_time();
  if (active_ != nullptr) next = std::min(next, active_->next_deadline());
  if (item_ != nullptr) next = std::min(next, item_->deadline);
  if (spare_.empty() && in_service()) {
    next = std::min(next,
                    std::max(spare_.next_spawn(), spare_schedule_.earliest()));
  }
  return next;
}

void SlotRunner::CountSlot() {
  using State = WorkerMetrics::SlotState;
  State state = item_ != nullptr ? State::kBusy
                : !in_service()  ? State::kOutOfService
                : spare_.ready() ? State::kIdle
                                 : State::kStarting;
  if (counted_ == state) return;
  dependencies_.metrics.SlotChanged(
      slot_.purpose(), counted_.has_value() ? &*counted_ : nullptr, state);
  counted_ = state;
}

}  // namespace tunesmith::worker
