#include "worker/training/evaluator.h"

#include <algorithm>
#include <cmath>

#include "ATen/core/grad_mode.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/tasks/classification_metrics.h"
#include "worker/training/batch_maker.h"
#include "worker/training/worst_mistakes.h"

namespace tunesmith::worker {
namespace {

// What one row of logits says, in double.
struct RowFigures {
  int32_t guess = 0;
  // Probability of the guess.
  double confidence = 0;
  // Cross-entropy.
  double loss = 0;
};

RowFigures FiguresOfRow(std::span<const float> logits, int32_t label) {
  const auto guess = std::max_element(logits.begin(), logits.end());
  const double highest = *guess;
  double sum = 0;
  for (float logit : logits) sum += std::exp(logit - highest);
  return {.guess = static_cast<int32_t>(guess - logits.begin()),
          .confidence = 1 / sum,
          .loss = std::log(sum) + highest - logits[static_cast<size_t>(label)]};
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
  WorstMistakes mistakes;
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
      const Example& example = examples[static_cast<size_t>(index)];
      const RowFigures one = FiguresOfRow(logits, example.label);
      matrix.Add(example.label, one.guess);
      loss_sum += one.loss;
      if (one.guess != example.label) {
        mistakes.Add({.row = example.row,
                      .label = example.label,
                      .guess = one.guess,
                      .confidence = one.confidence});
      }
      row += class_count;
    }
  }
  EvaluationFigures figures = FiguresOf(matrix.Metrics(), loss_sum);
  figures.mistakes = mistakes.Take();
  return figures;
}

}  // namespace tunesmith::worker
