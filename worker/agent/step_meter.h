#ifndef TUNESMITH_WORKER_AGENT_STEP_METER_H_
#define TUNESMITH_WORKER_AGENT_STEP_METER_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "tunesmith/v1/job.pb.h"

namespace tunesmith::worker {

// What happened between two progress reports of a training.
struct StepsDone {
  int64_t steps = 0;
  int64_t examples = 0;
  // What the steps took; unset where other work was done in between.
  std::optional<absl::Duration> elapsed = std::nullopt;
};

// Turns a training's progress reports into steps and times. Not thread-safe.
class StepMeter {
 public:
  // The steps since the report before; nothing for the first report, and when
  // no step was done.
  std::optional<StepsDone> Add(const v1::Progress& progress,
                               absl::Duration now);

 private:
  std::optional<v1::Progress> last_;
  absl::Duration time_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_STEP_METER_H_
