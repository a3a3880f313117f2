#include "worker/training/evaluator.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/kernels/transfer.h"
#include "worker/tasks/classification_metrics.h"
#include "worker/training/autocast.h"
#include "worker/training/batch_maker.h"
#include "worker/training/worst_mistakes.h"

namespace tunesmith::worker {
namespace {

// Batches that a device may be behind.
constexpr size_t kMaxArriving = 16;

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
  figures.confusions = metrics.confusions;
  figures.confusion_count = metrics.confusion_count;
  for (const ClassMetrics& one : metrics.classes) {
    figures.classes.push_back({.precision = one.precision,
                               .recall = one.recall,
                               .f1 = one.f1,
                               .support = one.support});
  }
  return figures;
}

// What an evaluation has seen so far.
class Sums {
 public:
  explicit Sums(int64_t class_count)
      : class_count_(class_count), guesses_(class_count) {}

  // `logits_BC`: of the host, row by row those of `indices`.
  void Add(std::span<const Example> examples, const BatchIndices& indices,
           const at::Tensor& logits_BC);

  EvaluationFigures Figures() {
    EvaluationFigures figures = FiguresOf(guesses_.Metrics(), loss_);
    figures.mistakes = mistakes_.Take();
    figures.broken_count = broken_count_;
    figures.first_broken_row = first_broken_row_;
    return figures;
  }

 private:
  const int64_t class_count_;
  GuessCounts guesses_;
  WorstMistakes mistakes_;
  double loss_ = 0;
  int64_t broken_count_ = 0;
  std::optional<int64_t> first_broken_row_;
};

void Sums::Add(std::span<const Example> examples, const BatchIndices& indices,
               const at::Tensor& logits_BC) {
  const float* row = logits_BC.const_data_ptr<float>();
  for (int32_t index : indices) {
    std::span<const float> logits(row, static_cast<size_t>(class_count_));
    const Example& example = examples[static_cast<size_t>(index)];
    const RowFigures one = FiguresOfRow(logits, example.label);
    guesses_.Add(example.label, one.guess);
    loss_ += one.loss;
    if (!std::isfinite(one.loss)) {
      ++broken_count_;
      first_broken_row_ =
          std::min(first_broken_row_.value_or(example.row), example.row);
    }
    if (one.guess != example.label) {
      mistakes_.Add({.row = example.row,
                     .label = example.label,
                     .guess = one.guess,
                     .confidence = one.confidence});
    }
    row += class_count_;
  }
}

}  // namespace

std::vector<std::pair<std::string_view, double>> NamedFigures(
    const EvaluationFigures& figures) {
  return {{"loss", figures.loss},
          {"accuracy", figures.accuracy},
          {"macro_f1", figures.macro_f1},
          {"weighted_f1", figures.weighted_f1}};
}

absl::Status StoppedError() {
  return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                       "training was told to stop");
}

absl::StatusOr<EvaluationFigures> EvaluateClassifier(
    const Network& network, std::span<const Example> examples,
    const EvaluationOptions& options,
    const std::function<bool()>& should_stop) {
  at::NoGradGuard no_gradients;
  const PrecisionGuard precision(network.batches->device(), options.precision);
  Sums sums(options.class_count);
  const std::vector<BatchIndices> batches =
      PlanEvaluation(LengthsOf(examples), options.rows);
  TUNESMITH_RETURN_IF_ERROR(
      network.batches->Expect(examples, batches, {}, should_stop));
  // Logits that are on their way, in order.
  std::deque<std::pair<const BatchIndices*, Readback>> arriving;
  auto take = [&](size_t most_left) {
    while (!arriving.empty() &&
           (arriving.size() > most_left || arriving.front().second.ready())) {
      const auto& [indices, logits] = arriving.front();
      sums.Add(examples, *indices, logits.Get());
      arriving.pop_front();
    }
  };
  for (const BatchIndices& indices : batches) {
    if (should_stop()) return StoppedError();
    TUNESMITH_ASSIGN_OR_RETURN(LabelledBatch batch,
                               network.batches->Make(examples, indices, {}));
    arriving.emplace_back(&indices,
                          Readback(network.model->forward(batch.input, {})));
    take(kMaxArriving);
  }
  take(0);
  return sums.Figures();
}

}  // namespace tunesmith::worker
