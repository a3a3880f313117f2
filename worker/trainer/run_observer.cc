#include "worker/trainer/run_observer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "worker/trainer/metric_interval.h"
#include "worker/trainer/wire_facts.h"

namespace tunesmith::worker {

RunObserver::RunObserver(const WorkContext& context,
                         const std::vector<std::string>& labels,
                         int64_t total_steps, const RunEnd& end,
                         tunesmith::v1::Execution& execution,
                         const CheckpointDirectory& checkpoints)
    : context_(context),
      labels_(labels),
      total_steps_(total_steps),
      end_(end),
      execution_(execution),
      checkpoints_(checkpoints) {}

void RunObserver::OnProgress(const TrainingProgress& progress) {
  context_.on_progress(ToWire(progress));
}

void RunObserver::OnMetric(DataSplit split, std::string_view name, int64_t step,
                           double epoch, double value) {
  if (split == DataSplit::kTraining && !IsMetricStep(step, total_steps_)) {
    return;
  }
  tunesmith::v1::Metric metric;
  metric.set_name(std::string(name));
  metric.set_value(value);
  metric.set_step(step);
  metric.set_split(ToWire(split));
  metric.set_epoch(epoch);
  context_.reporter.Metric(std::move(metric));
}

void RunObserver::OnEvaluation(const EvaluationFigures& figures) {
  context_.reporter.Evaluation(ToWire(figures, labels_));
}

void RunObserver::OnLog(std::string_view message) {
  context_.reporter.Log(tunesmith::v1::LogLine::INFO, message);
}

void RunObserver::OnSkippedStep(int64_t step,
                                const std::vector<int64_t>& rows) {
  constexpr size_t kMaxRows = 64;
  size_t shown = std::min(rows.size(), kMaxRows);
  tunesmith::v1::Finding finding;
  finding.set_code(tunesmith::v1::Finding::SKIPPED_STEP);
  finding.set_severity(tunesmith::v1::Finding::WARNING);
  finding.set_message(absl::StrCat(
      "step ", step,
      " changed nothing: its loss or gradients were not finite; rows of its "
      "batch: ",
      absl::StrJoin(std::span(rows).first(shown), ", "),
      shown < rows.size() ? ", ..." : ""));
  finding.set_suggestion(
      "look at these rows, or lower the learning rate if such steps are many");
  finding.set_count(static_cast<int64_t>(rows.size()));
  context_.reporter.Finding(std::move(finding));
}

void RunObserver::OnMicrobatch(const Microbatch& microbatch) {
  auto& halved = *execution_.mutable_microbatches();
  while (!halved.empty() &&
         halved.rbegin()->from_step() >= microbatch.from_step) {
    halved.RemoveLast();
  }
  halved.Add()->set_from_step(microbatch.from_step);
  halved.rbegin()->set_rows(microbatch.rows);
  halved.rbegin()->set_from_evaluation(microbatch.from_evaluation);
  execution_.set_microbatch(microbatch.rows);
  context_.reporter.Execution(execution_);
  context_.reporter.Log(
      tunesmith::v1::LogLine::WARNING,
      absl::StrCat("out of memory: from step ", microbatch.from_step + 1,
                   " on, ", microbatch.rows,
                   " rows go through the network at once; the "
                   "batch size stays"));
}

void RunObserver::OnCheckpoint(const CheckpointFigures& figures) {
  internal::v1::CheckpointReport report = checkpoints_.ReportOf(figures.step);
  report.set_epoch(figures.epoch);
  report.set_best(figures.best);
  context_.reporter.Checkpoint(std::move(report));
}

void RunObserver::OnEnvironmentChanged(int64_t step,
                                       std::string_view differences) {
  tunesmith::v1::Finding finding;
  finding.set_code(tunesmith::v1::Finding::ENVIRONMENT_CHANGED);
  finding.set_severity(tunesmith::v1::Finding::NOTE);
  finding.set_count(1);
  finding.set_message(absl::StrCat("goes on after step ", step,
                                   " elsewhere, so that the last bits of the "
                                   "result may differ: ",
                                   std::string(differences)));
  context_.reporter.Finding(std::move(finding));
}

void RunObserver::OnCheckpointFailed(int64_t step, const absl::Status& why) {
  tunesmith::v1::Finding finding;
  finding.set_code(tunesmith::v1::Finding::CHECKPOINT_NOT_WRITTEN);
  finding.set_severity(tunesmith::v1::Finding::WARNING);
  finding.set_message(
      absl::StrCat("no checkpoint after step ", step, ": ", why.message()));
  finding.set_suggestion("look after the disk of the artifact store");
  context_.reporter.Finding(std::move(finding));
}

StopRequest RunObserver::ShouldStop() {
  return end_.IsOutOfTime() ? StopRequest::kCancel : context_.stop_request();
}

}  // namespace tunesmith::worker
