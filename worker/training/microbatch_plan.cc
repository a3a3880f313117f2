#include "worker/training/microbatch_plan.h"

#include <algorithm>
#include <utility>

namespace tunesmith::worker {
namespace {

constexpr int kEvaluationRows = 64;

}  // namespace

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

int MicrobatchPlan::EvaluationRowsAt(int64_t step) const {
  int rows = batch_size_;
  for (const Microbatch& microbatch : microbatches_) {
    bool applies = microbatch.from_step < step ||
                   (microbatch.from_step == step && microbatch.from_evaluation);
    if (applies) rows = microbatch.rows;
  }
  return rows >= batch_size_ ? kEvaluationRows
                             : std::clamp(2 * rows - 1, 1, kEvaluationRows);
}

std::optional<Microbatch> MicrobatchPlan::Split(int64_t step,
                                                bool from_evaluation) {
  int rows = RowsAt(step);
  if (rows == 1) return std::nullopt;
  // What was planned for later steps is larger than what fits now, or will be
  // found out again.
  std::erase_if(microbatches_, [step](const Microbatch& microbatch) {
    return microbatch.from_step >= step;
  });
  microbatches_.push_back({.from_step = step,
                           .rows = (rows + 1) / 2,
                           .from_evaluation = from_evaluation});
  return microbatches_.back();
}

}  // namespace tunesmith::worker
