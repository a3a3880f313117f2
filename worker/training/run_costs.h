#ifndef TUNESMITH_WORKER_TRAINING_RUN_COSTS_H_
#define TUNESMITH_WORKER_TRAINING_RUN_COSTS_H_

#include <cstdint>
#include <iterator>
#include <map>
#include <span>

#include "absl/time/time.h"
#include "worker/data/batching.h"
#include "worker/tasks/classifier.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// What a step costs. Costs are multiplications, or what takes as long; only
// their ratios matter.
struct StepCost {
  double per_token = 0;
  double fixed = 0;
};

// What the parts of a run cost.
struct RunCosts {
  // From which epoch on a step costs how much; it has epoch 0.
  std::map<int64_t, StepCost> steps;
  double evaluation_per_token = 0;
  // Tokens of the data as batches hold it, with their padding; of training data
  // in one epoch.
  int64_t training_tokens = 0;
  int64_t validation_tokens = 0;
  int64_t test_tokens = 0;
  // What comes between the last epoch and the last evaluation, and what follows
  // that.
  absl::Duration last_checkpoint;
  absl::Duration saving;

  const StepCost& StepIn(int64_t epoch) const {
    return std::prev(steps.upper_bound(epoch))->second;
  }
};

// `model` has the parameters that `options.parameters` names.
RunCosts PlanCosts(const Classifier& model, const TrainingInputs& inputs,
                   const TrainingOptions& options);

// Tokens of batches whose rows are padded to the longest one of each.
int64_t PaddedTokens(std::span<const int32_t> lengths,
                     std::span<const BatchIndices> batches);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RUN_COSTS_H_
