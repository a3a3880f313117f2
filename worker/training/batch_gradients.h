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
  // device. CANCELLED when `should_stop`, which is asked between the parts,
  // says so; errors of BatchMaker. There may be gradients then.
  absl::StatusOr<at::Tensor> Add(const BatchIndices& batch,
                                 const Position& position, size_t rows_at_once,
                                 const std::function<bool()>& should_stop);

 private:
  // Rows of a batch from `begin` to `end`.
  struct Part {
    const BatchIndices& whole;
    size_t begin = 0;
    size_t end = 0;

    BatchIndices indices() const;
    // The partners of its rows when pictures are mixed.
    BatchIndices partners() const;
    bool is_whole() const { return end - begin == whole.size(); }
  };

  // What a part adds to the batch's mean loss.
  absl::StatusOr<at::Tensor> Loss(const Part& part, const Position& position);
  absl::StatusOr<at::Tensor> MixedLoss(const Part& part,
                                       const Position& position);
  at::Tensor Logits(const ClassifierInput& input, const Part& part,
                    const Position& position) const;
  bool Mixes() const;
  // What rows count in the batch's mean.
  double Share(const BatchIndices& rows, const BatchIndices& whole) const;
  double WeightOf(const BatchIndices& indices) const;

  const Network& network_;
  const std::vector<Example>& examples_;
  const TrainingOptions& options_;
  ClassificationLoss loss_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BATCH_GRADIENTS_H_
