#include "worker/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tunesmith::worker {
namespace {

// From `from` to `to` along half a cosine; `progress` is 0 to 1.
double Anneal(double from, double to, double progress) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

double OneCycleFactor(const Schedule& schedule, int64_t step,
                      const RunLength& length) {
  const double first = 1 / schedule.initial_divisor;
  const double last = first / schedule.final_divisor;
  const int64_t peak = std::max<int64_t>(0, length.warmup_steps - 1);
  const int64_t down = std::max<int64_t>(1, length.total_steps - 1 - peak);
  if (step < peak) {
    return Anneal(first, 1,
                  static_cast<double>(step) / static_cast<double>(peak));
  }
  double progress =
      static_cast<double>(step - peak) / static_cast<double>(down);
  return Anneal(1, last, std::min(1.0, progress));
}

}  // namespace

RunLength PlanRunLength(int64_t example_count, const TrainingOptions& options) {
  RunLength length;
  length.steps_per_epoch =
      (example_count + options.batch_size - 1) / options.batch_size;
  length.total_steps = options.max_steps.has_value()
                           ? *options.max_steps
                           : static_cast<int64_t>(std::ceil(
                                 options.epochs.value_or(1) *
                                 static_cast<double>(length.steps_per_epoch)));
  // A product that only misses a whole number by its last bits is one.
  constexpr double kLastBits = 1e-9;
  length.warmup_steps = static_cast<int64_t>(
      std::floor(options.schedule.warmup_fraction *
                     static_cast<double>(length.total_steps) +
                 kLastBits));
  return length;
}

double LearningRateFactor(const Schedule& schedule, int64_t step,
                          const RunLength& length) {
  if (schedule.kind == ScheduleKind::kOneCycle) {
    return OneCycleFactor(schedule, step, length);
  }
  const double warmup = static_cast<double>(length.warmup_steps);
  if (step < length.warmup_steps) {
    return static_cast<double>(step + 1) / (warmup + 1);
  }
  const double after = static_cast<double>(
      std::max<int64_t>(1, length.total_steps - length.warmup_steps));
  switch (schedule.kind) {
    case ScheduleKind::kLinear:
      return std::max(0.0,
                      static_cast<double>(length.total_steps - step) / after);
    case ScheduleKind::kCosine: {
      double progress = (static_cast<double>(step) - warmup) / after;
      return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
    }
    case ScheduleKind::kConstant:
    case ScheduleKind::kOneCycle:
      return 1.0;
  }
  return 1.0;
}

}  // namespace tunesmith::worker
