#ifndef TUNESMITH_WORKER_REPORT_EVALUATION_FIGURES_H_
#define TUNESMITH_WORKER_REPORT_EVALUATION_FIGURES_H_

#include <string>
#include <vector>

#include "tunesmith/v1/evaluation.pb.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::worker {

using Evaluations = std::vector<tunesmith::v1::Evaluation>;

// The last one of these; null without any.
const tunesmith::v1::Evaluation* FindEvaluation(
    const Evaluations& evaluations, tunesmith::v1::Evaluation::Phase phase,
    tunesmith::v1::Split split);

// Of the weights that are the result, one for each split that was evaluated.
std::vector<const tunesmith::v1::Evaluation*> FinalEvaluations(
    const Evaluations& evaluations);

// Those of validation data after each epoch, in order.
std::vector<const tunesmith::v1::Evaluation*> EpochEvaluations(
    const Evaluations& evaluations);

// That of EpochEvaluations which ModelSelection keeps: the best by the metric,
// of equal ones by the loss, of these the last. Null without any whose loss is
// finite.
const tunesmith::v1::Evaluation* BestEpoch(
    const Evaluations& evaluations,
    tunesmith::v1::EvaluationPolicy::Metric metric);

double MetricOf(const tunesmith::v1::Evaluation& evaluation,
                tunesmith::v1::EvaluationPolicy::Metric metric);

// "training", "validation", "test".
std::string SplitName(tunesmith::v1::Split split);

// Four decimals; "-" for what is not finite.
std::string FigureText(double figure);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_EVALUATION_FIGURES_H_
