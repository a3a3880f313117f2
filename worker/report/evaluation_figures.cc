#include "worker/report/evaluation_figures.h"

#include <cmath>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace tunesmith::worker {

namespace v1 = tunesmith::v1;

const v1::Evaluation* FindEvaluation(const Evaluations& evaluations,
                                     v1::Evaluation::Phase phase,
                                     v1::Split split) {
  const v1::Evaluation* found = nullptr;
  for (const v1::Evaluation& evaluation : evaluations) {
    if (evaluation.phase() == phase && evaluation.split() == split) {
      found = &evaluation;
    }
  }
  return found;
}

std::vector<const v1::Evaluation*> FinalEvaluations(
    const Evaluations& evaluations) {
  std::vector<const v1::Evaluation*> finals;
  for (v1::Split split : {v1::VALIDATION, v1::TEST}) {
    const v1::Evaluation* final =
        FindEvaluation(evaluations, v1::Evaluation::FINAL, split);
    if (final != nullptr) finals.push_back(final);
  }
  return finals;
}

std::vector<const v1::Evaluation*> EpochEvaluations(
    const Evaluations& evaluations) {
  std::vector<const v1::Evaluation*> epochs;
  for (const v1::Evaluation& evaluation : evaluations) {
    if (evaluation.phase() == v1::Evaluation::EPOCH &&
        evaluation.split() == v1::VALIDATION) {
      epochs.push_back(&evaluation);
    }
  }
  return epochs;
}

const v1::Evaluation* BestEpoch(const Evaluations& evaluations,
                                v1::EvaluationPolicy::Metric metric) {
  const double sign = metric == v1::EvaluationPolicy::LOSS ? -1 : 1;
  auto score = [&](const v1::Evaluation& epoch) {
    return std::tuple(sign * MetricOf(epoch, metric), -epoch.loss());
  };
  const v1::Evaluation* best = nullptr;
  for (const v1::Evaluation* epoch : EpochEvaluations(evaluations)) {
    if (!std::isfinite(epoch->loss())) continue;
    if (best == nullptr || score(*epoch) >= score(*best)) best = epoch;
  }
  return best;
}

double MetricOf(const v1::Evaluation& evaluation,
                v1::EvaluationPolicy::Metric metric) {
  switch (metric) {
    case v1::EvaluationPolicy::MACRO_F1:
      return evaluation.macro_f1();
    case v1::EvaluationPolicy::WEIGHTED_F1:
      return evaluation.weighted_f1();
    case v1::EvaluationPolicy::LOSS:
      return evaluation.loss();
    default:
      return evaluation.accuracy();
  }
}

std::string SplitName(v1::Split split) {
  return absl::AsciiStrToLower(v1::Split_Name(split));
}

std::string FigureText(double figure) {
  return std::isfinite(figure) ? absl::StrFormat("%.4f", figure) : "-";
}

}  // namespace tunesmith::worker
