#include "proto/contract/metric_name.h"

namespace tunesmith {

std::string MetricName(v1::EvaluationPolicy::Metric metric) {
  switch (metric) {
    case v1::EvaluationPolicy::MACRO_F1:
      return "macro F1";
    case v1::EvaluationPolicy::WEIGHTED_F1:
      return "weighted F1";
    case v1::EvaluationPolicy::LOSS:
      return "loss";
    default:
      return "accuracy";
  }
}

}  // namespace tunesmith
