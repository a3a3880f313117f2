#include "worker/agent/worker_metrics.h"

#include <cmath>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "proto/contract/error.h"

namespace tunesmith::worker {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Histogram;
using prometheus::Registry;

const char* KindOf(const internal::v1::WorkItem& item) {
  switch (item.payload_case()) {
    case internal::v1::WorkItem::kTrain:
      return "train";
    case internal::v1::WorkItem::kInspect:
      return "inspect";
    case internal::v1::WorkItem::kImport:
      return "import";
    case internal::v1::WorkItem::kPreview:
      return "preview";
    case internal::v1::WorkItem::kPredict:
      return "predict";
    case internal::v1::WorkItem::PAYLOAD_NOT_SET:
      break;
  }
  return "unknown";
}

const char* PurposeOf(v1::Slot::Purpose purpose) {
  switch (purpose) {
    case v1::Slot::TRAINING:
      return "training";
    case v1::Slot::PREDICTION:
      return "prediction";
    default:
      return "auxiliary";
  }
}

const char* NameOf(WorkerMetrics::SlotState state) {
  switch (state) {
    case WorkerMetrics::SlotState::kStarting:
      return "starting";
    case WorkerMetrics::SlotState::kIdle:
      return "idle";
    case WorkerMetrics::SlotState::kBusy:
      return "busy";
    case WorkerMetrics::SlotState::kOutOfService:
      return "out_of_service";
  }
  return "";
}

// Only reasons of the contract: a trainer's words must not make new series.
std::string ReasonLabel(const internal::v1::Outcome& outcome) {
  absl::Status status = FromRpcStatus(outcome.error());
  if (status.ok()) return "OK";
  v1::ErrorReason reason = ErrorReasonOf(status);
  if (reason == v1::ERROR_REASON_UNSPECIFIED) return "OTHER";
  return std::string(ErrorReasonName(reason));
}

// Doubling bounds from `first` seconds.
Histogram::BucketBoundaries Doubling(double first, int count) {
  Histogram::BucketBoundaries bounds;
  for (int i = 0; i < count; ++i) bounds.push_back(std::ldexp(first, i));
  return bounds;
}

prometheus::Counter& AddCounter(Registry& registry, const char* name,
                                const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

WorkerMetrics::WorkerMetrics(std::shared_ptr<prometheus::Registry> registry)
    : registry_(std::move(registry)),
      slots_(BuildGauge()
                 .Name("tunesmith_worker_slots")
                 .Help("Slots by purpose and state")
                 .Register(*registry_)),
      started_(BuildCounter()
                   .Name("tunesmith_worker_items_started_total")
                   .Help("Work items taken up")
                   .Register(*registry_)),
      finished_(BuildCounter()
                    .Name("tunesmith_worker_items_finished_total")
                    .Help("Work items ended, by kind and reason")
                    .Register(*registry_)),
      spawns_(AddCounter(*registry_, "tunesmith_worker_trainer_spawns_total",
                         "Trainer processes started")),
      deaths_(BuildCounter()
                  .Name("tunesmith_worker_trainer_deaths_total")
                  .Help("Trainer processes ended, by cause")
                  .Register(*registry_)),
      steps_(AddCounter(*registry_, "tunesmith_worker_steps_total",
                        "Optimizer steps done")),
      examples_(AddCounter(*registry_, "tunesmith_worker_examples_total",
                           "Training examples seen, from reported rates")),
      step_seconds_(BuildHistogram()
                        .Name("tunesmith_worker_step_duration_seconds")
                        .Help("Duration of an optimizer step")
                        .Register(*registry_)
                        .Add({}, Doubling(0.001, 18))),
      staging_seconds_(BuildHistogram()
                           .Name("tunesmith_worker_staging_duration_seconds")
                           .Help("Time to bring an item's files here")
                           .Register(*registry_)
                           .Add({}, Doubling(0.001, 20))),
      reconnects_(BuildCounter()
                      .Name("tunesmith_worker_reconnects_total")
                      .Help("Streams to the server that ended, by cause")
                      .Register(*registry_)),
      connected_(BuildGauge()
                     .Name("tunesmith_worker_connected")
                     .Help("Whether the server has this worker now")
                     .Register(*registry_)
                     .Add({})),
      unacknowledged_(BuildGauge()
                          .Name("tunesmith_worker_unacknowledged_events")
                          .Help("Events that the server has not stored yet")
                          .Register(*registry_)
                          .Add({})) {}

void WorkerMetrics::SlotChanged(v1::Slot::Purpose purpose,
                                const SlotState* from, SlotState to) {
  auto gauge = [this, purpose](SlotState state) -> prometheus::Gauge& {
    return slots_.Add(
        {{"purpose", PurposeOf(purpose)}, {"state", NameOf(state)}});
  };
  if (from != nullptr) gauge(*from).Decrement();
  gauge(to).Increment();
}

void WorkerMetrics::ItemStarted(const internal::v1::WorkItem& item) {
  started_.Add({{"kind", KindOf(item)}}).Increment();
}

void WorkerMetrics::ItemFinished(const internal::v1::WorkItem& item,
                                 const internal::v1::Outcome& outcome) {
  finished_.Add({{"kind", KindOf(item)}, {"reason", ReasonLabel(outcome)}})
      .Increment();
}

void WorkerMetrics::TrainerSpawned() { spawns_.Increment(); }

void WorkerMetrics::TrainerDied(const char* cause) {
  deaths_.Add({{"cause", cause}}).Increment();
}

void WorkerMetrics::StepsFinished(const StepsDone& done) {
  steps_.Increment(static_cast<double>(done.steps));
  examples_.Increment(static_cast<double>(done.examples));
  if (!done.elapsed.has_value()) return;
  step_seconds_.Observe(absl::ToDoubleSeconds(*done.elapsed / done.steps));
}

void WorkerMetrics::Staged(absl::Duration elapsed) {
  staging_seconds_.Observe(absl::ToDoubleSeconds(elapsed));
}

void WorkerMetrics::Reconnected(absl::StatusCode cause) {
  reconnects_.Add({{"cause", absl::StatusCodeToString(cause)}}).Increment();
}

void WorkerMetrics::SetConnected(bool connected) {
  connected_.Set(connected ? 1 : 0);
}

void WorkerMetrics::SetUnacknowledgedEvents(size_t count) {
  unacknowledged_.Set(static_cast<double>(count));
}

}  // namespace tunesmith::worker
