#include "worker/training/microbatch_plan.h"

#include <algorithm>
#include <utility>

namespace tunesmith::worker {

MicrobatchPlan::MicrobatchPlan(int batch_size,
                               std::vector<Microbatch> microbatches)
    : batch_size_(batch_size), microbatches_(std::move(microbatches)) {}

int MicrobatchPlan::RowsAt(int64_t step) const {
  int rows = batch_size_;
  for (const Microbatch& microbatch : microbatches_) {
    if (microbatch.from_step <= step) rows = microbatch.rows;
  }
  return std::clamp(rows, 1, batch_size_);
}

bool MicrobatchPlan::Split(int64_t step) {
  int rows = RowsAt(step);
  if (rows == 1) return false;
  // What was planned for later steps is larger than what fits now, or will be
  // found out again.
  std::erase_if(microbatches_, [step](const Microbatch& microbatch) {
    return microbatch.from_step >= step;
  });
  microbatches_.push_back({.from_step = step, .rows = (rows + 1) / 2});
  return true;
}

}  // namespace tunesmith::worker
