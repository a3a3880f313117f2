#ifndef TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_
#define TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_

#include <optional>

#include "worker/training/options.h"
#include "worker/training/train.h"
#include "worker/training/training_state.h"

namespace tunesmith::worker {

// Which evaluation is the best one, and when to stop waiting for a better one.
// Pure bookkeeping over the primary metric.
class ModelSelection {
 public:
  ModelSelection(PrimaryMetric metric,
                 std::optional<EarlyStopping> early_stopping)
      : metric_(metric), early_stopping_(early_stopping) {}

  // Goes on with what another one remembered.
  void Restore(const SelectionState& state) { state_ = state; }

  // Takes an epoch's figures; true when they are the best so far. The first
  // are; a tie is not better; not-a-number never is.
  bool Offer(const EvaluationFigures& figures);

  // Whether `patience` evaluations in a row brought no more than `min_delta`.
  bool ShouldStop() const;

  const SelectionState& state() const { return state_; }

 private:
  const PrimaryMetric metric_;
  const std::optional<EarlyStopping> early_stopping_;
  SelectionState state_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_
