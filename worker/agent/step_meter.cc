#include "worker/agent/step_meter.h"

#include <algorithm>
#include <utility>

namespace tunesmith::worker {

std::optional<StepsDone> StepMeter::Add(const v1::Progress& progress,
                                        absl::Duration now) {
  std::optional<v1::Progress> last = std::exchange(last_, progress);
  absl::Duration elapsed = now - std::exchange(time_, now);
  if (!last.has_value()) return std::nullopt;
  // Steps that a training finds done when it goes on are an earlier attempt's.
  if (progress.phase() == v1::Progress::LOADING) return std::nullopt;
  StepsDone done = {
      .steps = progress.step() - last->step(),
      // What a trainer reports is not trusted: the count only grows.
      .examples = std::max(int64_t{0}, progress.examples() - last->examples())};
  if (done.steps <= 0) {
    // The time goes to the step that is under way.
    if (last->phase() == progress.phase()) time_ = now - elapsed;
    last_->set_examples(last->examples());
    return std::nullopt;
  }
  if (last->phase() == v1::Progress::TRAINING &&
      progress.phase() == v1::Progress::TRAINING) {
    done.elapsed = elapsed;
  }
  return done;
}

}  // namespace tunesmith::worker
