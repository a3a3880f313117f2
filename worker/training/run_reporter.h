#ifndef TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_
#define TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "worker/training/rate_meter.h"
#include "worker/training/schedule.h"
#include "worker/training/step_log.h"
#include "worker/training/train.h"
#include "worker/training/training_state.h"

namespace tunesmith::worker {

// Tells an observer what a run does: the figures of its steps, and how far and
// how fast it is. Used by the thread that trains.
class RunReporter {
 public:
  // All outlive it.
  RunReporter(TrainingObserver& observer, Clock& clock,
              const RunLength& length);

  // A step was done and took `spent`.
  void Add(StepLog::Step step, absl::Duration spent);
  // An evaluation took `spent`.
  void AddEvaluation(absl::Duration spent) { last_evaluation_ = spent; }

  // Reports the steps since the last time, now or when it is time, adds them to
  // the state's curve, and counts those that were skipped. ABORTED with reason
  // NUMERICAL_FAILURE, and the rows of the last one's batch, when they are too
  // many.
  absl::Status ReportSteps(TrainingState& state);
  absl::Status ReportStepsWhenDue(TrainingState& state);

  void ReportPhase(TrainingPhase phase, const TrainingState& state) {
    ReportProgress(phase, state, std::nullopt);
  }

 private:
  void ReportProgress(TrainingPhase phase, const TrainingState& state,
                      std::optional<double> loss);
  absl::Duration TimeRemaining(int64_t step) const;

  TrainingObserver& observer_;
  Clock& clock_;
  const RunLength& length_;
  StepLog log_;
  RateMeter steps_rate_;
  RateMeter examples_rate_;
  double learning_rate_ = 0;
  absl::Duration last_report_;
  absl::Duration last_evaluation_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_
