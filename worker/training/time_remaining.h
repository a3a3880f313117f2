#ifndef TUNESMITH_WORKER_TRAINING_TIME_REMAINING_H_
#define TUNESMITH_WORKER_TRAINING_TIME_REMAINING_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "worker/training/rate_meter.h"
#include "worker/training/run_costs.h"
#include "worker/training/schedule.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Foretells when a run ends, from its costs and from what its steps and
// evaluations have taken. It is told of all that happens, in the order of the
// run. Early stopping is not foreseen. Not thread-safe.
class TimeRemaining {
 public:
  // Of a run that begins, or goes on, after `step` steps.
  TimeRemaining(const RunLength& length, RunCosts costs, int64_t step);

  // An epoch, or what is left of it, has `tokens` in its steps up to
  // `end_step`.
  void BeginEpoch(int64_t end_step, int64_t tokens);
  // One step of it is done, `spent` after whatever came before it: pauses
  // count as well, but not what is made once for all epochs.
  void AddStep(int64_t tokens, absl::Duration spent);

  // Nothing but saving follows one of EvaluationPhase::kFinal.
  void BeginEvaluation(EvaluationPhase phase, DataSplit split);
  void EndEvaluation(absl::Duration spent);

  void BeginSaving();

  // Unset while too little was measured to tell.
  std::optional<absl::Duration> Get() const;

 private:
  // Costs of what is to be done.
  struct Work {
    double training = 0;
    double evaluation = 0;
  };

  double CostOf(double steps, double tokens, const StepCost& cost) const {
    return steps * cost.fixed + tokens * cost.per_token;
  }
  // Of all epochs after that many steps.
  Work EpochsAfter(int64_t step) const;
  Work WorkLeft() const;

  const RunLength length_;
  const RunCosts costs_;
  const int64_t first_step_;
  int64_t step_;
  // Of the epoch that has begun.
  int64_t end_step_;
  int64_t tokens_left_ = 0;
  bool evaluation_due_ = false;
  // Of the evaluation that has begun.
  int64_t evaluation_tokens_ = 0;
  // Neither epochs nor the evaluation on test data are to begin.
  bool ending_ = false;
  // Costs in a second.
  RateMeter training_rate_;
  RateMeter evaluation_rate_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_TIME_REMAINING_H_
