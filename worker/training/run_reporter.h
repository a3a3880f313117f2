#ifndef TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_
#define TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "worker/training/rate_meter.h"
#include "worker/training/run_costs.h"
#include "worker/training/schedule.h"
#include "worker/training/step_log.h"
#include "worker/training/time_remaining.h"
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

  // What the run costs, once that is known; it goes on after `state.step`.
  void Foretell(RunCosts costs, const TrainingState& state);

  // An epoch begins, or what is left of it: steps up to `end_step`, with
  // `tokens`.
  void BeginEpoch(int64_t end_step, int64_t tokens);
  // A step of so many tokens was done.
  void AddStep(StepLog::Step step, int64_t tokens);

  // So much of the time since the last step or evaluation went into what is
  // made once for all that follow, and tells nothing of these.
  void LeaveOut(absl::Duration spent);

  void BeginEvaluation(EvaluationPhase phase, DataSplit split,
                       const TrainingState& state);
  // Returns what it took.
  absl::Duration EndEvaluation();

  void BeginSaving(const TrainingState& state);

  // Reports the steps since the last time, adds them to the state's curve, and
  // counts those that were skipped. ABORTED with reason NUMERICAL_FAILURE, and
  // the rows of the last one's batch, when they are too many; NothingLearned
  // when they are all.
  absl::Status ReportSteps(TrainingState& state);
  // The same when it is time, of the steps whose figures are known by then.
  absl::Status ReportStepsWhenDue(TrainingState& state);

  void ReportPhase(TrainingPhase phase, const TrainingState& state) {
    ReportProgress(phase, state, std::nullopt);
  }

 private:
  absl::Status Report(StepLog::Summary summary, TrainingState& state);
  void ReportProgress(TrainingPhase phase, const TrainingState& state,
                      std::optional<double> loss);
  // Since the last step or evaluation ended.
  absl::Duration Lap();

  TrainingObserver& observer_;
  Clock& clock_;
  const RunLength& length_;
  StepLog log_;
  RateMeter examples_rate_;
  std::optional<TimeRemaining> time_remaining_;
  double learning_rate_ = 0;
  absl::Duration last_report_;
  // When the last step or evaluation ended, or the first one began.
  std::optional<absl::Duration> lap_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RUN_REPORTER_H_
