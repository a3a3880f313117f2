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
  bool first = !best_.has_value();
  bool better = first || std::isnan(*best_) ? true : score > *best_;
  if (std::isnan(score)) better = first;
  double least = early_stopping_.has_value() ? early_stopping_->min_delta : 0;
  bool improved =
      better && (first || std::isnan(*best_) || score - *best_ > least);
  without_improvement_ = improved ? 0 : without_improvement_ + 1;
  if (better) best_ = score;
  return better;
}

bool ModelSelection::ShouldStop() const {
  return early_stopping_.has_value() &&
         without_improvement_ >= early_stopping_->patience;
}

}  // namespace tunesmith::worker
