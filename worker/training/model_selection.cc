#include "worker/training/model_selection.h"

#include <cmath>

namespace tunesmith::worker {
namespace {

// Higher is better.
double Score(PrimaryMetric metric, const EvaluationFigures& figures) {
  switch (metric) {
    case PrimaryMetric::kAccuracy:
      return figures.accuracy;
    case PrimaryMetric::kMacroF1:
      return figures.macro_f1;
    case PrimaryMetric::kWeightedF1:
      return figures.weighted_f1;
    case PrimaryMetric::kLoss:
      return -figures.loss;
  }
  return 0;
}

}  // namespace

bool ModelSelection::Offer(const EvaluationFigures& figures) {
  double score = Score(metric_, figures);
  std::optional<double>& best = state_.best_score;
  bool first = !best.has_value();
  bool better = first || std::isnan(*best) ? true : score > *best;
  if (std::isnan(score)) better = first;
  double least = early_stopping_.has_value() ? early_stopping_->min_delta : 0;
  bool improved =
      better && (first || std::isnan(*best) || score - *best > least);
  int& without = state_.evaluations_without_improvement;
  without = improved ? 0 : without + 1;
  if (better) best = score;
  return better;
}

bool ModelSelection::ShouldStop() const {
  return early_stopping_.has_value() &&
         state_.evaluations_without_improvement >= early_stopping_->patience;
}

}  // namespace tunesmith::worker
