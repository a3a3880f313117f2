#ifndef TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_
#define TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/training/options.h"

namespace tunesmith::worker {

// How many rows go through the network at once, by step. A step that ran out of
// memory is done again with half as many, and so are all that follow; whoever
// repeats the steps follows the same plan, because sums of other sizes end in
// other bits.
class MicrobatchPlan {
 public:
  // `microbatches`: what was found out before, in the order of their steps.
  MicrobatchPlan(int batch_size, std::vector<Microbatch> microbatches);

  // Rows in the step after `step` steps; at least 1.
  int RowsAt(int64_t step) const;

  // Rows in an evaluation after `step` steps. It keeps nothing for a backward
  // pass, so that more of them fit.
  int EvaluationRowsAt(int64_t step) const;

  // Halves them from the step after `step` steps on, or from the evaluation
  // before it on; what it is then, or nothing when it was one row already.
  std::optional<Microbatch> Split(int64_t step, bool from_evaluation);

 private:
  const int batch_size_;
  std::vector<Microbatch> microbatches_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_
