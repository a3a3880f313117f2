#include "worker/training/evaluator.h"

#include <algorithm>
#include <cmath>

#include "ATen/core/grad_mode.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/tasks/classification_metrics.h"
#include "worker/training/batch_maker.h"

namespace tunesmith::worker {
namespace {

// Cross-entropy of one row of logits, in double.
double RowLoss(std::span<const float> logits, int64_t label) {
  double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits) sum += std::exp(logit - highest);
  return std::log(sum) + highest - logits[static_cast<size_t>(label)];
}

EvaluationFigures FiguresOf(const ClassificationMetrics& metrics,
                            double loss_sum) {
  EvaluationFigures figures;
  figures.example_count = metrics.example_count;
  figures.loss = loss_sum / static_cast<double>(metrics.example_count);
  figures.accuracy = metrics.accuracy;
  figures.macro_f1 = metrics.macro_f1;
  figures.weighted_f1 = metrics.weighted_f1;
  figures.confusion_matrix = metrics.confusion_matrix;
  for (const ClassMetrics& one : metrics.classes) {
    figures.classes.push_back({.precision = one.precision,
                               .recall = one.recall,
                               .f1 = one.f1,
                               .support = one.support});
  }
  return figures;
}

}  // namespace

absl::Status StoppedError() {
  return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                       "training was told to stop");
}

absl::StatusOr<EvaluationFigures> EvaluateClassifier(
    const Network& network, std::span<const Example> examples,
    int64_t class_count, int rows, const std::function<bool()>& should_stop) {
  at::NoGradGuard no_gradients;
  ConfusionMatrix matrix(class_count);
  double loss_sum = 0;
  const std::vector<BatchIndices> batches =
      PlanEvaluation(LengthsOf(examples), rows);
  TUNESMITH_RETURN_IF_ERROR(
      network.batches->Expect(examples, batches, {}, should_stop));
  for (const BatchIndices& indices : batches) {
    if (should_stop()) return StoppedError();
    TUNESMITH_ASSIGN_OR_RETURN(LabelledBatch batch,
                               network.batches->Make(examples, indices, {}));
    at::Tensor logits_BC =
        network.model->forward(batch.input, {}).to(at::kCPU).contiguous();
    const float* row = logits_BC.const_data_ptr<float>();
    for (int32_t index : indices) {
      std::span<const float> logits(row, static_cast<size_t>(class_count));
      int64_t label = examples[static_cast<size_t>(index)].label;
      matrix.Add(label, std::max_element(logits.begin(), logits.end()) -
                            logits.begin());
      loss_sum += RowLoss(logits, label);
      row += class_count;
    }
  }
  return FiguresOf(matrix.Metrics(), loss_sum);
}

}  // namespace tunesmith::worker
