#ifndef TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_
#define TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_

#include <optional>
#include <string_view>

#include "worker/training/options.h"
#include "worker/training/train.h"
#include "worker/training/training_state.h"

namespace tunesmith::worker {

// Which evaluation is the best one, and when to stop waiting for a better one.
// Pure bookkeeping over the primary metric and the loss.
class ModelSelection {
 public:
  ModelSelection(PrimaryMetric metric,
                 std::optional<EarlyStopping> early_stopping)
      : metric_(metric), early_stopping_(early_stopping) {}

  // Goes on with what another one remembered.
  void Restore(const SelectionState& state) { state_ = state; }

  // Takes an epoch's figures; true when they are the best so far. The first
  // are. Of equal ones those with the lower loss are, and of these the later
  // ones: small validation sets tie all the time, and where they do not tell
  // weights apart the loss does, or else longer training is trusted. Figures
  // whose loss is not finite come from a network that gives no numbers: they
  // are below all others, whatever their metric says.
  bool Offer(const EvaluationFigures& figures);

  // Whether `patience` evaluations in a row brought no more than `min_delta`
  // in the primary metric; a tie brings nothing, whatever the loss says.
  bool ShouldStop() const;

  const SelectionState& state() const { return state_; }

 private:
  const PrimaryMetric metric_;
  const std::optional<EarlyStopping> early_stopping_;
  SelectionState state_;
};

// The primary metric itself.
double ValueOf(PrimaryMetric metric, const EvaluationFigures& figures);

// "accuracy", "macro F1", ...; for messages.
std::string_view NameOf(PrimaryMetric metric);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_MODEL_SELECTION_H_
