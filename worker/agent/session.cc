#include "worker/agent/session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "proto/contract/error.h"
#include "spdlog/spdlog.h"
#include "worker/agent/agent_outcomes.h"

namespace tunesmith::worker {
namespace {

using internal::v1::DesiredState;
using internal::v1::ServerMessage;
using internal::v1::WorkerMessage;

// Bounds for what a server may ask.
constexpr absl::Duration kShortestInterval = absl::Milliseconds(10);
constexpr absl::Duration kLongestInterval = absl::Minutes(1);
constexpr absl::Duration kDefaultInterval = absl::Seconds(1);

absl::Duration IntervalOf(const internal::v1::Welcome& welcome) {
  absl::Duration interval =
      absl::Nanoseconds(google::protobuf::util::TimeUtil::DurationToNanoseconds(
          welcome.report_interval()));
  if (interval <= absl::ZeroDuration()) return kDefaultInterval;
  return std::clamp(interval, kShortestInterval, kLongestInterval);
}

}  // namespace

Session::Session(Options options, SessionTransport& transport, Clock& clock,
                 WorkerMetrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      metrics_(metrics),
      connection_(ConnectionOptions(), transport, clock, metrics) {}

ServerConnection::Options Session::ConnectionOptions() {
  ServerConnection::Options options;
  options.worker_id = options_.worker_id;
  options.seed = static_cast<uint32_t>(options_.boot_id);
  options.post = options_.post;
  options.make_hello = [this] { return MakeHello(); };
  options.on_welcome = [this](const internal::v1::Welcome& welcome) {
    OnWelcome(welcome);
  };
  options.on_message = [this](const ServerMessage& message) {
    if (message.has_desired()) OnDesiredState(message.desired());
    if (message.has_ack()) OnAck(message.ack());
    if (message.has_predict()) OnPredictBatch(message.predict());
  };
  options.is_busy = [this] { return held_.size() > 0; };
  options.on_evicted = options_.on_evicted;
  return options;
}

void Session::AddSlot(std::unique_ptr<SlotRunner> slot) {
  slots_.push_back(std::move(slot));
}

absl::Duration Session::Turn() {
  absl::Duration next = absl::InfiniteDuration();
  for (auto& slot : slots_) next = std::min(next, slot->Turn());
  next = std::min(next, connection_.Turn());
  metrics_.SetUnacknowledgedEvents(held_.UnacknowledgedEvents());
  metrics_.SetConnected(connection_.welcomed());
  if (!connection_.welcomed()) return next;
  // Before the outcome of the work that showed it, or the server gives the
  // slot other work.
  if (OutOfService() != reported_out_of_service_) SendReport();
  SendEvents();
  if (report_due_ || clock_.Monotonic() >= next_report_) SendReport();
  return std::min(next, next_report_);
}

internal::v1::Hello Session::MakeHello() {
  internal::v1::Hello hello;
  hello.set_worker_id(options_.worker_id);
  hello.set_boot_id(options_.boot_id);
  hello.set_instance_id(options_.instance_id);
  hello.set_build(options_.build);
  for (const auto& slot : slots_) *hello.add_slots() = slot->slot();
  *hello.mutable_report() = MakeReport();
  return hello;
}

void Session::OnWelcome(const internal::v1::Welcome& welcome) {
  report_interval_ = IntervalOf(welcome);
  next_report_ = clock_.Monotonic() + report_interval_;
  report_due_ = false;
  held_.Rewind();
  AnnounceModels();
  spdlog::info("connected id={} held_items={}", options_.worker_id,
               held_.size());
  options_.on_welcome();
}

void Session::OnDesiredState(const DesiredState& desired) {
  for (const Action& action : held_.ActionsFor(desired)) {
    switch (action.kind) {
      case Action::Kind::kDrop:
        DropItem(action.key);
        break;
      case Action::Kind::kStart:
        StartItem(*action.assignment);
        break;
      case Action::Kind::kStop:
        StopItem(action.key, action.stop);
        break;
    }
  }
}

void Session::StartItem(const DesiredState::Assignment& assignment) {
  // The server was told, and takes it back when this worker is gone.
  if (draining_) return;
  ItemKey key = KeyOf(assignment.item());
  held_.Add(key, assignment.slot());
  report_due_ = true;
  SlotRunner* slot = SlotOf(assignment.slot());
  if (slot != nullptr && !slot->busy()) {
    slot->Start(assignment.item());
    return;
  }
  spdlog::error("assignment to a slot that cannot take it item={} slot={}",
                key.uid, assignment.slot());
  OnEvent(key, OutcomeEvent(
                   FailedOutcome(
                       MakeError(absl::StatusCode::kInternal,
                                 v1::ERROR_REASON_INTERNAL,
                                 absl::StrCat("the worker has no free slot ",
                                              assignment.slot())),
                       true),
                   clock_.Now()));
}

void Session::StopItem(const ItemKey& key, ItemStop stop) {
  HeldItems::Item* held = held_.Find(key);
  if (held == nullptr) return;
  held->stop = stop;
  SlotRunner* slot = SlotOf(held->slot);
  if (slot == nullptr) return;
  if (stop == ItemStop::kCancel) {
    slot->Cancel(key);
  } else {
    slot->Suspend(key);
  }
}

void Session::Drain() {
  draining_ = true;
  report_due_ = true;
  for (auto& [key, held] : held_.items()) {
    SlotRunner* slot = SlotOf(held.slot);
    bool lasts = slot != nullptr && slot->busy() &&
                 slot->slot().purpose() != v1::Slot::AUXILIARY;
    if (lasts && held.stop == ItemStop::kNone) {
      StopItem(key, ItemStop::kSuspend);
    }
  }
}

bool Session::drained() const {
  if (!draining_) return false;
  for (const auto& slot : slots_) {
    if (slot->slot().purpose() != v1::Slot::AUXILIARY && slot->busy()) {
      return false;
    }
  }
  return !connection_.welcomed() || !held_.AnyEnded();
}

void Session::DropItem(const ItemKey& key) {
  HeldItems::Item* held = held_.Find(key);
  if (held == nullptr) return;
  if (SlotRunner* slot = SlotOf(held->slot)) slot->Drop(key);
  held_.Drop(key);
  report_due_ = true;
}

void Session::OnAck(const internal::v1::Ack& ack) {
  ItemKey key = {ack.item_uid(), ack.fence()};
  if (ack.fenced()) return DropItem(key);
  if (held_.Acknowledge(key, ack.sequence())) report_due_ = true;
}

void Session::OnPredictBatch(const internal::v1::PredictBatch& batch) {
  ItemKey key = {batch.item_uid(), batch.fence()};
  HeldItems::Item* held = held_.Find(key);
  if (held == nullptr) return;
  if (SlotRunner* slot = SlotOf(held->slot)) slot->Predict(key, batch);
}

void Session::OnPredicted(const ItemKey& key,
                          internal::v1::PredictBatchResult result) {
  HeldItems::Item* held = held_.Find(key);
  if (held == nullptr) return;
  held->holds_model = true;
  if (connection_.welcomed()) SendPredicted(std::move(result));
}

void Session::SendPredicted(internal::v1::PredictBatchResult result) {
  WorkerMessage message;
  *message.mutable_predicted() = std::move(result);
  connection_.Write(std::move(message));
}

void Session::AnnounceModels() {
  for (const auto& [key, held] : held_.items()) {
    if (!held.holds_model) continue;
    internal::v1::PredictBatchResult ready;
    ready.set_item_uid(key.uid);
    ready.set_fence(key.fence);
    SendPredicted(std::move(ready));
  }
}

void Session::OnEvent(const ItemKey& key, internal::v1::WorkEvent event) {
  HeldItems::Item* held = held_.Find(key);
  if (held == nullptr) return;
  EventBuffer& events = held->events;
  bool too_long = event.ByteSizeLong() > options_.max_event_bytes;
  if (!event.has_outcome()) {
    if (!too_long) events.Append(std::move(event));
    if (too_long || events.bytes() > options_.max_waiting_bytes) GiveUp(key);
    return;
  }
  if (too_long) {
    *event.mutable_outcome() = OutcomeOfExit({}, KillCause::kTooManyEvents);
  }
  report_due_ = true;
  events.Append(std::move(event));
}

void Session::GiveUp(const ItemKey& key) {
  SlotRunner* slot = SlotOf(held_.Find(key)->slot);
  if (slot != nullptr) slot->Kill(key, KillCause::kTooManyEvents);
}

void Session::OnProgress(const ItemKey& key, const v1::Progress& progress) {
  held_.SetProgress(key, progress, clock_.Monotonic());
}

SlotRunner* Session::SlotOf(int32_t index) {
  for (auto& slot : slots_) {
    if (slot->slot().index() == index) return slot.get();
  }
  return nullptr;
}

void Session::SendEvents() {
  held_.TakeBatches([this](internal::v1::Events batch) {
    WorkerMessage message;
    *message.mutable_events() = std::move(batch);
    connection_.Write(std::move(message));
  });
}

void Session::SendReport() {
  WorkerMessage message;
  *message.mutable_report() = MakeReport();
  connection_.Write(std::move(message));
  report_due_ = false;
  next_report_ = clock_.Monotonic() + report_interval_;
}

internal::v1::Report Session::MakeReport() {
  internal::v1::Report report;
  report.set_draining(draining_);
  held_.FillReport(report, clock_.Monotonic());
  reported_out_of_service_ = OutOfService();
  for (const auto& [index, reason] : reported_out_of_service_) {
    internal::v1::Report::OutOfService& entry = *report.add_out_of_service();
    entry.set_slot(index);
    entry.set_reason(reason);
  }
  return report;
}

std::map<int32_t, std::string> Session::OutOfService() const {
  std::map<int32_t, std::string> reasons;
  for (const auto& slot : slots_) {
    std::string reason = slot->out_of_service();
    if (!reason.empty()) reasons[slot->slot().index()] = std::move(reason);
  }
  return reasons;
}

}  // namespace tunesmith::worker
