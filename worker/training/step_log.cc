#include "worker/training/step_log.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ATen/ops/stack.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

absl::Status NotFinite(const StepLog::Step& step) {
  constexpr size_t kMaxRows = 64;
  std::vector<int64_t> rows(
      step.rows.begin(),
      step.rows.begin() +
          static_cast<std::ptrdiff_t>(std::min(step.rows.size(), kMaxRows)));
  return ReasonedError(
      absl::StatusCode::kAborted, "NUMERICAL_FAILURE",
      absl::StrCat("loss or gradients are not finite in step ", step.step,
                   " (a lower learning_rate may help); rows of the batch: ",
                   absl::StrJoin(rows, ", "),
                   rows.size() < step.rows.size() ? ", ..." : ""));
}

}  // namespace

void StepLog::Add(Step step) { steps_.push_back(std::move(step)); }

absl::StatusOr<std::optional<double>> StepLog::Flush() {
  if (steps_.empty()) return std::optional<double>();
  std::vector<Step> steps = std::exchange(steps_, {});
  std::vector<at::Tensor> scalars;
  for (const Step& step : steps) {
    scalars.push_back(step.loss);
    scalars.push_back(step.gradient_norm);
  }
  at::Tensor values = at::stack(scalars).to(at::kCPU);
  const float* value = values.const_data_ptr<float>();
  double sum = 0;
  for (const Step& step : steps) {
    double loss = *value++;
    double norm = *value++;
    if (!std::isfinite(loss) || !std::isfinite(norm)) return NotFinite(step);
    observer_.OnMetric(DataSplit::kTraining, "loss", step.step, step.epoch,
                       loss);
    observer_.OnMetric(DataSplit::kTraining, "learning_rate", step.step,
                       step.epoch, step.learning_rate);
    observer_.OnMetric(DataSplit::kTraining, "gradient_norm", step.step,
                       step.epoch, norm);
    sum += loss;
  }
  return std::optional<double>(sum / static_cast<double>(steps.size()));
}

}  // namespace tunesmith::worker
