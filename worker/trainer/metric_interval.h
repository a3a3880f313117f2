#ifndef TUNESMITH_WORKER_TRAINER_METRIC_INTERVAL_H_
#define TUNESMITH_WORKER_TRAINER_METRIC_INTERVAL_H_

#include <cstdint>
#include <optional>

namespace tunesmith::worker {

// Steps of a run whose training metrics become events, at most.
inline constexpr int64_t kMaxMetricSteps = 2000;

// Optimizer steps of a run over `rows` training rows; exactly one of `epochs`
// and `max_steps` is set. The last batch of an epoch may be smaller.
int64_t TotalSteps(int64_t rows, int batch_size, std::optional<double> epochs,
                   std::optional<int64_t> max_steps);

// Whether the training metrics of `step`, counted from 1, become events: those
// of every step up to kMaxMetricSteps, otherwise of every n-th, and of the
// first and the last. A pure function, so that a repeated attempt agrees.
bool IsMetricStep(int64_t step, int64_t total_steps);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_METRIC_INTERVAL_H_
