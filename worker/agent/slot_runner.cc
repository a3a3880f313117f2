#include "worker/agent/slot_runner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "spdlog/spdlog.h"

namespace tunesmith::worker {
namespace {

using internal::v1::TrainerMessage;
using internal::v1::WorkEvent;

// From the request to the kill.
constexpr absl::Duration kCancelGrace = absl::Milliseconds(400);
// The same where a checkpoint is to be written: a slow disk takes its time.
constexpr absl::Duration kSuspendGrace = absl::Minutes(2);
// From the outcome to the kill.
constexpr absl::Duration kEndGrace = absl::Seconds(10);
// An item that waits for a trainer fails when so many died in starting.
constexpr int kMaxSpareFailures = 3;
// A training is well under way, and a new spare's start does not disturb its
// own start, after this long or half of its steps.
constexpr absl::Duration kSettlingTime = absl::Seconds(10);
// How often to look at a trainer's memory: what it can add meanwhile is small
// beside the reserve that slots leave.
constexpr absl::Duration kMemoryInterval = absl::Milliseconds(100);

WorkEvent OutcomeEvent(internal::v1::Outcome outcome, absl::Time now) {
  WorkEvent event;
  *event.mutable_time() =
      google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
          absl::ToUnixNanos(now));
  *event.mutable_outcome() = std::move(outcome);
  return event;
}

internal::v1::Outcome CancelledOutcome() {
  return FailedOutcome(MakeError(absl::StatusCode::kCancelled,
                                 v1::ERROR_REASON_CANCELLED, "cancelled"),
                       false);
}

internal::v1::Outcome StagingOutcome(const absl::Status& status) {
  bool has_reason = ErrorReasonOf(status) != v1::ERROR_REASON_UNSPECIFIED;
  // A shared volume can come back; a malformed key stays one.
  return FailedOutcome(has_reason
                           ? status
                           : MakeError(status.code(), v1::ERROR_REASON_INTERNAL,
                                       std::string(status.message())),
                       !absl::IsInvalidArgument(status));
}

}  // namespace

struct SlotRunner::Item {
  ItemKey key;
  internal::v1::WorkItem work;
  absl::Duration deadline = absl::InfiniteDuration();
  absl::Duration settled_time = absl::InfiniteDuration();
  absl::Duration staging_start;
  std::optional<internal::v1::TrainerAssignment> staged;
  // The active trainer has it.
  bool handed_over = false;
  // When to look at its memory.
  absl::Duration memory_time = absl::InfiniteDuration();
  int64_t oom_kills = 0;
  StepMeter meter;
};

SlotRunner::SlotRunner(v1::Slot slot, SlotDependencies dependencies)
    : slot_(std::move(slot)),
      dependencies_(std::move(dependencies)),
      alive_(std::make_shared<bool>(true)),
      spare_(slot_, dependencies_.clock, dependencies_.spawner,
             dependencies_.metrics) {
  CountSlot();
}

SlotRunner::~SlotRunner() {
  *alive_ = false;
  // Both at once, so that neither waits for the other's end.
  spare_.Kill();
  if (active_ != nullptr) active_->process->Kill();
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
  AskToStop(message, KillCause::kCancelled, kCancelGrace);
}

void SlotRunner::Suspend(const ItemKey& key) {
  if (!Holds(key)) return;
  if (!item_->handed_over) {
    internal::v1::Outcome outcome;
    outcome.mutable_suspended();
    return Finish(std::move(outcome));
  }
  internal::v1::AgentMessage message;
  message.mutable_suspend();
  AskToStop(message, KillCause::kSuspended, kSuspendGrace);
}

void SlotRunner::AskToStop(const internal::v1::AgentMessage& message,
                           KillCause cause, absl::Duration grace) {
  // One that cannot be told is killed when the grace is over.
  (void)active_->process->Send(message);
  active_->kill = cause;
  active_->kill_time = dependencies_.clock.Monotonic() + grace;
}

void SlotRunner::Drop(const ItemKey& key) {
  if (!Holds(key)) return;
  if (item_->handed_over) KillActive(KillCause::kDropped);
  spdlog::info("item dropped item={} fence={} slot={}", key.uid, key.fence,
               slot_.index());
  item_.reset();
}

void SlotRunner::Kill(const ItemKey& key, KillCause cause) {
  if (!Holds(key)) return;
  if (item_->handed_over) return KillActive(cause);
  Finish(OutcomeOfExit({}, cause));
}

bool SlotRunner::Holds(const ItemKey& key) const {
  return item_ != nullptr && item_->key == key;
}

void SlotRunner::KillActive(KillCause cause) {
  active_->kill = cause;
  active_->kill_time = absl::InfiniteDuration();
  active_->process->Kill();
}

void SlotRunner::OnMessage(int64_t trainer_id, TrainerMessage message) {
  if (spare_.Is(trainer_id)) {
    if (message.has_ready()) spare_.OnReady();
    return;
  }
  bool reports = active_ != nullptr && active_->id == trainer_id &&
                 item_ != nullptr && item_->handed_over;
  if (!reports) return;
  if (message.has_progress()) OnTrainerProgress(message.progress());
  if (message.has_event()) OnTrainerEvent(std::move(*message.mutable_event()));
}

void SlotRunner::OnTrainerProgress(const v1::Progress& progress) {
  absl::Duration now = dependencies_.clock.Monotonic();
  if (auto done = item_->meter.Add(progress, now)) {
    dependencies_.metrics.StepsFinished(*done);
  }
  // On a GPU, a spare's context would take memory from the training.
  if (progress.phase() == v1::Progress::TRAINING &&
      slot_.device_kind() == v1::Resources::CPU) {
    item_->settled_time =
        progress.fraction() >= 0.5
            ? now
            : std::min(item_->settled_time, now + kSettlingTime);
  }
  dependencies_.observer.OnProgress(item_->key, progress);
}

void SlotRunner::OnTrainerEvent(WorkEvent event) {
  if (!event.has_outcome()) {
    dependencies_.observer.OnEvent(item_->key, std::move(event));
    return;
  }
  active_->kill = KillCause::kLingered;
  active_->kill_time = dependencies_.clock.Monotonic() + kEndGrace;
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
  item_.reset();
  dependencies_.observer.OnEvent(key, std::move(event));
}

void SlotRunner::OnExit(int64_t trainer_id, const TrainerExit& exit) {
  if (spare_.Is(trainer_id)) return OnSpareExit(exit);
  if (active_ != nullptr && active_->id == trainer_id) OnActiveExit(exit);
}

void SlotRunner::OnSpareExit(const TrainerExit& exit) {
  spare_.OnExit(exit);
  if (item_ != nullptr && !item_->handed_over &&
      spare_.failures() >= kMaxSpareFailures) {
    Finish(OutcomeOfExit(exit, KillCause::kNone));
  }
}

void SlotRunner::OnActiveExit(const TrainerExit& exit) {
  KillCause kill = active_->kill;
  active_.reset();
  bool unfinished = item_ != nullptr && item_->handed_over;
  if (unfinished && WasKilledForMemory(exit, kill, item_->oom_kills,
                                       dependencies_.count_oom_kills())) {
    kill = KillCause::kOutOfMemory;
  }
  bool clean = !unfinished && exit.signal == 0;
  dependencies_.metrics.TrainerDied(clean ? "finished"
                                          : DeathCause(exit, kill));
  if (!unfinished) return;
  spdlog::warn("trainer died slot={} item={} by=\"{}\" stderr=\"{}\"",
               slot_.index(), item_->key.uid, DescribeExit(exit),
               exit.stderr_tail);
  Finish(OutcomeOfExit(exit, kill, slot_.host_memory_limit_bytes()));
}

void SlotRunner::HandOver() {
  if (item_ == nullptr || !item_->staged.has_value() || item_->handed_over) {
    return;
  }
  if (active_ != nullptr) {
    // The trainer before has reported all: it must leave the device now.
    KillActive(active_->kill);
    return;
  }
  if (!spare_.ready()) return;
  internal::v1::AgentMessage message;
  *message.mutable_assignment() = *std::move(item_->staged);
  item_->oom_kills = dependencies_.count_oom_kills();
  item_->handed_over = true;
  if (slot_.host_memory_limit_bytes() > 0) {
    item_->memory_time = dependencies_.clock.Monotonic();
  }
  active_ = spare_.Take();
  if (absl::Status sent = active_->process->Send(message); !sent.ok()) {
    spdlog::warn("assignment not sent slot={} error=\"{}\"", slot_.index(),
                 std::string(sent.message()));
    KillActive(KillCause::kNone);
  }
}

bool SlotRunner::SpareIsDue() const {
  absl::Duration now = dependencies_.clock.Monotonic();
  if (!spare_.empty() || now < spare_.next_spawn()) return false;
  if (item_ == nullptr || !item_->handed_over) return true;
  if (slot_.purpose() == v1::Slot::AUXILIARY) return true;
  return now >= item_->settled_time;
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

void SlotRunner::CheckMemory() {
  absl::Duration now = dependencies_.clock.Monotonic();
  if (item_ == nullptr || now < item_->memory_time) return;
  item_->memory_time = now + kMemoryInterval;
  std::optional<int64_t> held = active_->process->HeldMemoryBytes();
  if (held.value_or(0) <= slot_.host_memory_limit_bytes()) return;
  item_->memory_time = absl::InfiniteDuration();
  spdlog::warn("trainer holds too much memory slot={} item={} held_mib={}",
               slot_.index(), item_->key.uid, *held >> 20);
  KillActive(KillCause::kMemoryLimit);
}

void SlotRunner::CheckDeadlines() {
  absl::Duration now = dependencies_.clock.Monotonic();
  if (item_ != nullptr && now >= item_->deadline) {
    item_->deadline = absl::InfiniteDuration();
    Kill(item_->key, KillCause::kRunTimeExceeded);
  }
  if (active_ != nullptr && now >= active_->kill_time) {
    KillActive(active_->kill);
  }
  spare_.CheckDeadline();
}

absl::Duration SlotRunner::Turn() {
  CheckDeadlines();
  CheckMemory();
  HandOver();
  if (SpareIsDue()) SpawnSpare();
  CountSlot();
  return NextDeadline();
}

absl::Duration SlotRunner::NextDeadline() const {
  absl::Duration next = spare_.kill_time();
  if (active_ != nullptr) next = std::min(next, active_->kill_time);
  if (item_ != nullptr) {
    next = std::min({next, item_->deadline, item_->memory_time});
  }
  if (spare_.empty()) {
    bool waits = item_ != nullptr && item_->handed_over &&
                 slot_.purpose() != v1::Slot::AUXILIARY;
    absl::Duration spawn = spare_.next_spawn();
    next = std::min(next, waits ? std::max(item_->settled_time, spawn) : spawn);
  }
  return next;
}

void SlotRunner::CountSlot() {
  using State = WorkerMetrics::SlotState;
  State state = item_ != nullptr ? State::kBusy
                : spare_.ready() ? State::kIdle
                                 : State::kStarting;
  if (counted_ == state) return;
  dependencies_.metrics.SlotChanged(
      slot_.purpose(), counted_.has_value() ? &*counted_ : nullptr, state);
  counted_ = state;
}

}  // namespace tunesmith::worker
