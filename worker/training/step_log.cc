#include "worker/training/step_log.h"

#include <cmath>
#include <utility>

#include "ATen/ops/stack.h"

namespace tunesmith::worker {

void StepLog::Add(Step step) { steps_.push_back(std::move(step)); }

void StepLog::Report(const Step& step, double loss, double norm) {
  auto report = [&](std::string_view name, double value) {
    observer_.OnMetric(DataSplit::kTraining, name, step.step, step.epoch,
                       value);
  };
  report("loss", loss);
  report("learning_rate", step.learning_rate);
  report("gradient_norm", norm);
}

StepLog::Summary StepLog::Flush(TrainingCurve& curve) {
  Summary summary;
  if (steps_.empty()) return summary;
  std::vector<Step> steps = std::exchange(steps_, {});
  std::vector<at::Tensor> scalars;
  for (const Step& step : steps) {
    scalars.push_back(step.loss);
    scalars.push_back(step.gradient_norm);
  }
  at::Tensor values = at::stack(scalars).to(at::kCPU);
  const float* value = values.const_data_ptr<float>();
  double sum = 0;
  for (Step& step : steps) {
    double loss = *value++;
    double norm = *value++;
    if (std::isfinite(loss) && std::isfinite(norm)) {
      Report(step, loss, norm);
      curve.Add(step.step, loss, step.learning_rate);
      sum += loss;
    } else {
      observer_.OnSkippedStep(step.step, step.rows);
      summary.skipped.push_back(std::move(step));
    }
  }
  if (size_t finite = steps.size() - summary.skipped.size(); finite > 0) {
    summary.mean_loss = sum / static_cast<double>(finite);
  }
  return summary;
}

}  // namespace tunesmith::worker
