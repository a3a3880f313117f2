#ifndef TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_
#define TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "worker/data/batching.h"
#include "worker/tasks/classification_loss.h"
#include "worker/training/network.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Brings batches through a network, forth and back, a few rows at once. The
// gradients are added to those that the parameters have. What it is given
// outlives it. Throws what Torch throws.
class BatchGradients {
 public:
  BatchGradients(const Network& network, const std::vector<Example>& examples,
                 const TrainingOptions& options);

  // Where in a run a step is: steps and whole epochs before it.
  struct Position {
    int64_t step = 0;
    int64_t epoch = 0;
  };

  // The gradients of the batch's mean loss, which is returned: a scalar on the
  // device. CANCELLED when `should_stop`, which is asked between the parts, says
  // so; errors of BatchMaker. There may be gradients then.
  absl::StatusOr<at::Tensor> Add(const BatchIndices& batch,
                                 const Position& position, size_t rows_at_once,
                                 const std::function<bool()>& should_stop);

 private:
  // The loss of a part of a batch, whose first row is the batch's `first`th.
  absl::StatusOr<at::Tensor> Loss(const BatchIndices& part,
                                  const Position& position, size_t first);
  // What a part counts in the batch's mean.
  double Share(const BatchIndices& part, const BatchIndices& whole) const;
  double WeightOf(const BatchIndices& indices) const;

  const Network& network_;
  const std::vector<Example>& examples_;
  const TrainingOptions& options_;
  ClassificationLoss loss_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_
