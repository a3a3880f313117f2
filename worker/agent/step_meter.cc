#include "worker/agent/step_meter.h"

namespace tunesmith::worker {

std::optional<StepsDone> StepMeter::Add(const v1::Progress& progress,
                                        absl::Duration now) {
  bool was_training = training_;
  training_ = progress.phase() == v1::Progress::TRAINING;
  int64_t steps = progress.step() - step_;
  if (!training_ || !was_training || steps < 0) {
    // Time spent elsewhere is nobody's step duration.
    step_ = progress.step();
    time_ = now;
    return std::nullopt;
  }
  if (steps == 0) return std::nullopt;
  absl::Duration elapsed = now - time_;
  step_ = progress.step();
  time_ = now;
  return StepsDone{
      steps, progress.examples_per_second() * absl::ToDoubleSeconds(elapsed),
      elapsed};
}

}  // namespace tunesmith::worker
