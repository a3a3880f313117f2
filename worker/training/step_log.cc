#include "worker/training/step_log.h"

#include <cmath>
#include <utility>

#include "ATen/ops/stack.h"

namespace tunesmith::worker {
namespace {

// Readings that are on their way before the oldest one is waited for: so far
// may the host be ahead of a device.
constexpr size_t kMaxReadings = 2;

}  // namespace

void StepLog::Add(Step step) { steps_.push_back(std::move(step)); }

void StepLog::ReportMetrics(const Step& step, double loss, double norm) {
  auto report = [&](std::string_view name, double value) {
    observer_.OnMetric(DataSplit::kTraining, name, step.step, step.epoch,
                       value);
  };
  report("loss", loss);
  report("learning_rate", step.learning_rate);
  report("gradient_norm", norm);
}

void StepLog::BeginReading() {
  if (steps_.empty()) return;
  std::vector<at::Tensor> scalars;
  for (const Step& step : steps_) {
    scalars.push_back(step.loss);
    scalars.push_back(step.gradient_norm);
  }
  readings_.push_back(
      {std::exchange(steps_, {}), Readback(at::stack(scalars))});
}

void StepLog::Report(Reading reading, Sums& sums) {
  const float* value = reading.figures.Get().const_data_ptr<float>();
  for (Step& step : reading.steps) {
    double loss = *value++;
    double norm = *value++;
    if (std::isfinite(loss) && std::isfinite(norm)) {
      ReportMetrics(step, loss, norm);
      sums.curve.Add(step.step, loss, step.learning_rate);
      sums.loss += loss;
      ++sums.finite;
    } else {
      observer_.OnSkippedStep(step.step, step.rows);
      sums.skipped.push_back(std::move(step));
    }
  }
}

StepLog::Summary StepLog::Flush(TrainingCurve& curve) {
  return FlushTo(curve, /*most_left=*/0);
}

StepLog::Summary StepLog::FlushArrived(TrainingCurve& curve) {
  return FlushTo(curve, kMaxReadings);
}

StepLog::Summary StepLog::FlushTo(TrainingCurve& curve, size_t most_left) {
  BeginReading();
  Sums sums{.curve = curve};
  while (!readings_.empty() &&
         (readings_.size() > most_left || readings_.front().figures.ready())) {
    Reading reading = std::move(readings_.front());
    readings_.pop_front();
    Report(std::move(reading), sums);
  }
  Summary summary{.mean_loss = std::nullopt,
                  .finite = sums.finite,
                  .skipped = std::move(sums.skipped)};
  if (sums.finite > 0) {
    summary.mean_loss = sums.loss / static_cast<double>(sums.finite);
  }
  return summary;
}

}  // namespace tunesmith::worker
