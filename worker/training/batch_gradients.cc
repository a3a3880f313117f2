#include "worker/training/batch_gradients.h"

#include <algorithm>
#include <variant>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/autocast.h"
#include "worker/training/evaluator.h"
#include "worker/training/mixed_batch.h"

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

BatchIndices BatchGradients::Part::indices() const {
  return BatchIndices(whole.begin() + static_cast<ptrdiff_t>(begin),
                      whole.begin() + static_cast<ptrdiff_t>(end));
}

BatchIndices BatchGradients::Part::partners() const {
  BatchIndices partners;
  for (size_t row = begin; row < end; ++row) {
    partners.push_back(whole[(row + whole.size() - 1) % whole.size()]);
  }
  return partners;
}

absl::StatusOr<at::Tensor> BatchGradients::Add(
    const BatchIndices& batch, const Position& position, size_t rows_at_once,
    const std::function<bool()>& should_stop) {
  at::Tensor sum;
  for (size_t begin = 0; begin < batch.size(); begin += rows_at_once) {
    if (begin > 0 && should_stop()) return StoppedError();
    const Part part{batch, begin, std::min(begin + rows_at_once, batch.size())};
    TUNESMITH_ASSIGN_OR_RETURN(at::Tensor loss, Mixes()
                                                    ? MixedLoss(part, position)
                                                    : Loss(part, position));
    loss.backward();
    sum = sum.defined() ? sum + loss.detach() : loss.detach();
  }
  return sum;
}

bool BatchGradients::Mixes() const {
  return options_.pictures.has_value() &&
         !std::holds_alternative<std::monostate>(options_.pictures->mix) &&
         network_.model->BodyTrains();
}

at::Tensor BatchGradients::Logits(const ClassifierInput& input,
                                  const Part& part,
                                  const Position& position) const {
  AutocastGuard autocast(network_.batches->device(), options_.precision);
  return network_.model->forward(
      input, {.training = true,
              .seed = options_.seed,
              .step = position.step,
              .first_row = static_cast<int64_t>(part.begin)});
}

absl::StatusOr<at::Tensor> BatchGradients::Loss(const Part& part,
                                                const Position& position) {
  const BatchIndices indices = part.indices();
  TUNESMITH_ASSIGN_OR_RETURN(
      LabelledBatch batch,
      network_.batches->Make(examples_, indices,
                             {.training = true, .epoch = position.epoch}));
  at::Tensor loss = loss_(Logits(batch.input, part, position), batch.labels_B);
  // The batch's mean, from the means of its parts.
  return part.is_whole() ? loss : loss * Share(indices, part.whole);
}

absl::StatusOr<at::Tensor> BatchGradients::MixedLoss(const Part& part,
                                                     const Position& position) {
  const BatchIndices own = part.indices(), partners = part.partners();
  BatchIndices rows = {partners.front()};
  rows.insert(rows.end(), own.begin(), own.end());
  TUNESMITH_ASSIGN_OR_RETURN(
      LabelledBatch batch,
      network_.batches->Make(examples_, rows,
                             {.training = true, .epoch = position.epoch}));
  const int size = options_.pictures->transform.size;
  const MixedBatch mixed =
      Mix(batch, DrawMix(options_.pictures->mix,
                         {.seed = options_.seed,
                          .epoch = static_cast<uint64_t>(position.epoch),
                          .step = static_cast<uint64_t>(position.step)},
                         size, size));
  at::Tensor logits = Logits(mixed.input, part, position);
  return loss_(logits, mixed.labels_B) *
             (mixed.lambda * Share(own, part.whole)) +
         loss_(logits, mixed.partner_labels_B) *
             ((1 - mixed.lambda) * Share(partners, part.whole));
}

double BatchGradients::Share(const BatchIndices& rows,
                             const BatchIndices& whole) const {
  return WeightOf(rows) / WeightOf(whole);
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
