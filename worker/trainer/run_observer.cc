#include "worker/trainer/run_observer.h"

#include <utility>

#include "worker/trainer/metric_interval.h"
#include "worker/trainer/wire_facts.h"

namespace tunesmith::worker {

RunObserver::RunObserver(const WorkContext& context,
                         const std::vector<std::string>& labels,
                         int64_t total_steps,
                         std::optional<absl::Duration> deadline)
    : context_(context),
      labels_(labels),
      total_steps_(total_steps),
      deadline_(deadline) {}

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

bool RunObserver::ShouldStop() {
  bool out_of_time =
      deadline_.has_value() && context_.clock.Monotonic() >= *deadline_;
  return out_of_time || context_.is_cancelled();
}

}  // namespace tunesmith::worker
