#include "tests/simulation/simulated_worker.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::simulation {

using internal::v1::WorkerMessage;
using internal::v1::WorkEvent;

namespace {

// How long a job's training is, in events.
int64_t StepsOf(const internal::v1::WorkItem& item) {
  return 1 +
         static_cast<int64_t>(std::hash<std::string>()(item.train().job()) % 4);
}

}  // namespace

bool SimulatedWorker::has_work() const {
  if (session_ == nullptr || !greeted_) return false;
  for (const auto& [key, attempt] : attempts_) {
    if (!attempt.ended) return true;
  }
  return false;
}

void SimulatedWorker::Connect(
    std::shared_ptr<SimulatedServer::Session> session) {
  session_ = std::move(session);
  greeted_ = false;
  WorkerMessage message;
  internal::v1::Hello& hello = *message.mutable_hello();
  hello.set_min_protocol(1);
  hello.set_max_protocol(1);
  hello.set_worker_id(options_.id);
  hello.set_boot_id(boot_);
  hello.set_build("simulated");
  hello.set_instance_id(absl::StrCat("a", options_.id.back() % 10));
  for (int slot = 0; slot < options_.slots; ++slot) {
    v1::Slot& offer = *hello.add_slots();
    offer.set_index(slot);
    offer.set_purpose(v1::Slot::TRAINING);
    offer.set_device_kind(v1::Resources::CPU);
  }
  *hello.mutable_report() = ReportNow();
  session_->Send(std::move(message));
  // What was not acknowledged goes again.
  for (auto& [key, attempt] : attempts_) {
    attempt.sent = attempt.kept.empty() ? attempt.made
                                        : attempt.kept.front().sequence() - 1;
  }
}

internal::v1::Report SimulatedWorker::ReportNow() const {
  internal::v1::Report report;
  for (const auto& [key, attempt] : attempts_) {
    internal::v1::Report::Running& running = *report.add_running();
    running.set_item_uid(key.first);
    running.set_fence(key.second);
    running.set_slot(attempt.slot);
    running.mutable_progress()->set_step(attempt.step);
  }
  return report;
}

void SimulatedWorker::Report() {
  if (!greeted_) return;
  WorkerMessage message;
  *message.mutable_report() = ReportNow();
  session_->Send(std::move(message));
}

void SimulatedWorker::Hear() {
  std::optional<internal::v1::ServerMessage> message =
      session_->state().TakeAnswer();
  if (!message.has_value()) {
    // The server tells the older of two that it shall not come back; here it
    // is the newer one's own past.
    session_ = nullptr;
    return;
  }
  if (message->has_welcome()) {
    greeted_ = true;
    for (auto& [key, attempt] : attempts_) Send(attempt);
  } else if (message->has_desired()) {
    Take(message->desired());
  } else if (message->has_ack()) {
    Take(message->ack());
  }
}

void SimulatedWorker::Take(const internal::v1::DesiredState& desired) {
  std::map<Key, Attempt> next;
  for (const auto& assignment : desired.assignments()) {
    Key key(assignment.item().uid(), assignment.item().fence());
    options_.history->OnAssigned(key.first, key.second, options_.id, boot_,
                                 assignment.slot());
    auto known = attempts_.find(key);
    Attempt& attempt = next[key];
    if (known != attempts_.end()) attempt = std::move(known->second);
    attempt.item = assignment.item();
    attempt.slot = assignment.slot();
    attempt.cancel = assignment.cancel();
    attempt.suspend = assignment.suspend();
  }
  attempts_ = std::move(next);
}

void SimulatedWorker::Take(const internal::v1::Ack& ack) {
  auto found = attempts_.find(Key(ack.item_uid(), ack.fence()));
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  if (ack.fenced()) {
    attempts_.erase(found);
    return;
  }
  while (!attempt.kept.empty() &&
         attempt.kept.front().sequence() <= ack.sequence()) {
    const WorkEvent& event = attempt.kept.front();
    if (event.outcome().has_train() && !attempt.cancel) {
      options_.history->OnResultTaken(attempt.item.train().job(),
                                      event.outcome().train().artifact().key());
    }
    if (event.has_metric()) {
      options_.history->OnMetricTaken(attempt.item.train().job(),
                                      event.metric().step());
    }
    bool last = event.has_outcome();
    attempt.kept.pop_front();
    if (last) {
      attempts_.erase(found);
      return;
    }
  }
}

void SimulatedWorker::MakeOutcome(Attempt& attempt, WorkEvent& event) {
  internal::v1::Outcome& outcome = *event.mutable_outcome();
  attempt.ended = true;
  if (attempt.cancel) {
    *outcome.mutable_error() = ToRpcStatus(MakeError(
        absl::StatusCode::kCancelled, v1::ERROR_REASON_CANCELLED, "stopped"));
  } else if (attempt.suspend) {
    outcome.mutable_suspended();
  } else if (options_.fails && Pick(6) == 0) {
    *outcome.mutable_error() = ToRpcStatus(
        MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_TRAINER_DIED,
                  "the trainer died"));
    outcome.set_retryable(Pick(3) > 0);
  } else {
    auto& result = *outcome.mutable_train();
    result.mutable_artifact()->set_key(attempt.item.train().output_key());
    result.mutable_artifact()->set_manifest_sha256("def");
    result.set_weights_digest("weights");
    *result.mutable_model() = server::SampleFacts();
    *result.mutable_model()->mutable_model() = server::SampleModel();
  }
}

void SimulatedWorker::MakeEvent(Attempt& attempt) {
  WorkEvent event;
  event.set_sequence(++attempt.made);
  if (attempt.cancel || attempt.suspend ||
      attempt.step >= StepsOf(attempt.item)) {
    MakeOutcome(attempt, event);
  } else if (Pick(3) == 0 && attempt.step > attempt.saved_step) {
    internal::v1::CheckpointReport& report = *event.mutable_checkpoint();
    report.set_step(attempt.step);
    attempt.saved_step = attempt.step;
    report.set_digest(absl::StrCat("tensors after step ", attempt.step));
    report.mutable_artifact()->set_store("local");
    report.mutable_artifact()->set_key(absl::StrCat(
        attempt.item.train().checkpoint_group(), "/", attempt.step));
    report.mutable_artifact()->set_manifest_sha256(std::string(64, 'c'));
  } else if (Pick(4) == 0) {
    event.mutable_log()->set_severity(v1::LogLine::INFO);
    event.mutable_log()->set_message(absl::StrCat(kOnce, attempt.item.fence(),
                                                  " of ", options_.id, "/",
                                                  boot_, ", ", attempt.made));
  } else {
    v1::Metric& metric = *event.mutable_metric();
    metric.set_name("loss");
    metric.set_step(++attempt.step);
    metric.set_value(1.0 / static_cast<double>(attempt.step));
    metric.set_split(v1::TRAINING);
  }
  attempt.kept.push_back(std::move(event));
}

void SimulatedWorker::Send(Attempt& attempt) {
  if (session_ == nullptr || !greeted_ || attempt.kept.empty()) return;
  int64_t from = attempt.sent;
  if (options_.repeats && Pick(4) == 0) from = 0;
  WorkerMessage message;
  internal::v1::Events& events = *message.mutable_events();
  events.set_item_uid(attempt.item.uid());
  events.set_fence(attempt.item.fence());
  for (const WorkEvent& event : attempt.kept) {
    if (event.sequence() > from) *events.add_events() = event;
  }
  attempt.sent = attempt.made;
  if (events.events_size() > 0) session_->Send(std::move(message));
}

void SimulatedWorker::Work() {
  std::vector<Attempt*> open;
  for (auto& [key, attempt] : attempts_) {
    if (!attempt.ended) open.push_back(&attempt);
  }
  Attempt& attempt = *open[Pick(open.size())];
  MakeEvent(attempt);
  // Some messages carry several events.
  if (attempt.ended || Pick(3) > 0) Send(attempt);
}

void SimulatedWorker::Die() {
  session_ = nullptr;
  greeted_ = false;
  attempts_.clear();
  ++boot_;
}

}  // namespace tunesmith::simulation
