#include "worker/trainer/metric_interval.h"

#include <algorithm>
#include <cmath>

namespace tunesmith::worker {

int64_t TotalSteps(int64_t rows, int batch_size, std::optional<double> epochs,
                   std::optional<int64_t> max_steps) {
  if (max_steps.has_value()) return *max_steps;
  int64_t batch = std::max(batch_size, 1);
  int64_t steps_per_epoch = (rows + batch - 1) / batch;
  return static_cast<int64_t>(
      std::ceil(epochs.value_or(0) * static_cast<double>(steps_per_epoch)));
}

bool IsMetricStep(int64_t step, int64_t total_steps) {
  int64_t interval = std::max<int64_t>(
      (total_steps + kMaxMetricSteps - 1) / kMaxMetricSteps, 1);
  return step % interval == 0 || step == 1 || step == total_steps;
}

}  // namespace tunesmith::worker
