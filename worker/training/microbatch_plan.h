#ifndef TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_
#define TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_

#include <cstdint>
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

  // Halves them from there on; false when it is one row already.
  bool Split(int64_t step);

 private:
  const int batch_size_;
  std::vector<Microbatch> microbatches_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_MICROBATCH_PLAN_H_
