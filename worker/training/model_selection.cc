#include "worker/training/model_selection.h"

#include <cmath>
#include <limits>
#include <tuple>

namespace tunesmith::worker {
namespace {

constexpr double kLowest = -std::numeric_limits<double>::infinity();

// Higher is better; the lowest there is for a network that gives no numbers.
double Score(PrimaryMetric metric, const EvaluationFigures& figures) {
  if (!std::isfinite(figures.loss)) return kLowest;
  const double value = ValueOf(metric, figures);
  return metric == PrimaryMetric::kLoss ? -value : value;
}

// The same of what breaks ties.
double TieScore(const EvaluationFigures& figures) {
  return std::isfinite(figures.loss) ? -figures.loss : kLowest;
}

}  // namespace

double ValueOf(PrimaryMetric metric, const EvaluationFigures& figures) {
  switch (metric) {
    case PrimaryMetric::kAccuracy:
      return figures.accuracy;
    case PrimaryMetric::kMacroF1:
      return figures.macro_f1;
    case PrimaryMetric::kWeightedF1:
      return figures.weighted_f1;
    case PrimaryMetric::kLoss:
      return figures.loss;
  }
  return 0;
}

std::string_view NameOf(PrimaryMetric metric) {
  switch (metric) {
    case PrimaryMetric::kAccuracy:
      return "accuracy";
    case PrimaryMetric::kMacroF1:
      return "macro F1";
    case PrimaryMetric::kWeightedF1:
      return "weighted F1";
    case PrimaryMetric::kLoss:
      return "loss";
  }
  return "";
}

bool ModelSelection::Offer(const EvaluationFigures& figures) {
  const double score = Score(metric_, figures);
  const double tie_score = TieScore(figures);
  const std::optional<SelectionState::Best> before = state_.best;
  const bool best =
      !before.has_value() || std::tuple(score, tie_score) >=
                                 std::tuple(before->score, before->tie_score);
  const double least =
      early_stopping_.has_value() ? early_stopping_->min_delta : 0;
  // Of two lowest scores the difference is not a number, which is no gain.
  const bool gained = !before.has_value() || score - before->score > least;
  int& without = state_.evaluations_without_improvement;
  without = gained ? 0 : without + 1;
  if (best) {
    state_.best = {.step = figures.step,
                   .score = score,
                   .tie_score = tie_score,
                   .value = ValueOf(metric_, figures)};
  }
  return best;
}

bool ModelSelection::ShouldStop() const {
  return early_stopping_.has_value() &&
         state_.evaluations_without_improvement >= early_stopping_->patience;
}

}  // namespace tunesmith::worker
