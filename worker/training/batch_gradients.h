#ifndef TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_
#define TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "worker/data/batching.h"
#include "worker/tasks/text_classifier.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Brings batches through a network, forth and back, a few rows at once. The
// gradients are added to those that the parameters have. What it is given
// outlives it. Throws what Torch throws.
class BatchGradients {
 public:
  BatchGradients(TextClassifier& model, const std::vector<Example>& examples,
                 const TrainingOptions& options, at::Device device);

  // The gradients of the batch's mean loss, which is returned: a scalar on the
  // device. `step` steps were done before. CANCELLED when `should_stop`, which
  // is asked between the parts, says so; there are gradients then.
  absl::StatusOr<at::Tensor> Add(const BatchIndices& batch, int64_t step,
                                 size_t rows_at_once,
                                 const std::function<bool()>& should_stop);

 private:
  // The loss of a part of a batch, whose first row is the batch's `first`th.
  at::Tensor Loss(const BatchIndices& part, int64_t step, size_t first);
  // What a part counts in the batch's mean.
  double Share(const BatchIndices& part, const BatchIndices& whole) const;
  double WeightOf(const BatchIndices& indices) const;

  TextClassifier& model_;
  const std::vector<Example>& examples_;
  const TrainingOptions& options_;
  const at::Device device_;
  ClassificationLoss loss_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_
