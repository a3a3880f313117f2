#include "worker/training/batch_gradients.h"

#include <algorithm>

#include "ATen/ops/tensor.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/autocast.h"
#include "worker/training/evaluator.h"

namespace tunesmith::worker {

BatchGradients::BatchGradients(const Network& network,
                               const std::vector<Example>& examples,
                               const TrainingOptions& options)
    : network_(network), examples_(examples), options_(options) {
  loss_.label_smoothing = options.label_smoothing;
  if (!options.class_weights.empty()) {
    loss_.class_weights_C = at::tensor(options.class_weights)
                                .to(network.batches->device(), at::kFloat);
  }
}

absl::StatusOr<at::Tensor> BatchGradients::Add(
    const BatchIndices& batch, const Position& position, size_t rows_at_once,
    const std::function<bool()>& should_stop) {
  at::Tensor sum;
  for (size_t begin = 0; begin < batch.size(); begin += rows_at_once) {
    if (begin > 0 && should_stop()) return StoppedError();
    size_t end = std::min(begin + rows_at_once, batch.size());
    BatchIndices part(batch.begin() + static_cast<ptrdiff_t>(begin),
                      batch.begin() + static_cast<ptrdiff_t>(end));
    TUNESMITH_ASSIGN_OR_RETURN(at::Tensor loss, Loss(part, position, begin));
    // The batch's mean, from the means of its parts.
    if (part.size() < batch.size()) loss = loss * Share(part, batch);
    loss.backward();
    sum = sum.defined() ? sum + loss.detach() : loss.detach();
  }
  return sum;
}

absl::StatusOr<at::Tensor> BatchGradients::Loss(const BatchIndices& part,
                                                const Position& position,
                                                size_t first) {
  TUNESMITH_ASSIGN_OR_RETURN(
      LabelledBatch batch,
      network_.batches->Make(examples_, part,
                             {.training = true, .epoch = position.epoch}));
  AutocastGuard autocast(network_.batches->device(), options_.precision);
  at::Tensor logits_BC = network_.model->forward(
      batch.input, {.training = true,
                    .seed = options_.seed,
                    .step = position.step,
                    .first_row = static_cast<int64_t>(first)});
  return loss_(logits_BC, batch.labels_B);
}

double BatchGradients::Share(const BatchIndices& part,
                             const BatchIndices& whole) const {
  return WeightOf(part) / WeightOf(whole);
}

double BatchGradients::WeightOf(const BatchIndices& indices) const {
  if (options_.class_weights.empty()) {
    return static_cast<double>(indices.size());
  }
  double sum = 0;
  for (int32_t index : indices) {
    int64_t label = examples_[static_cast<size_t>(index)].label;
    sum += options_.class_weights[static_cast<size_t>(label)];
  }
  return sum;
}

}  // namespace tunesmith::worker
