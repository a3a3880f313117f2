#ifndef TUNESMITH_PROTO_CONTRACT_METRIC_NAME_H_
#define TUNESMITH_PROTO_CONTRACT_METRIC_NAME_H_

#include <string>

#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith {

// For people: "macro F1"; that of the default for one that is unset or unknown.
std::string MetricName(v1::EvaluationPolicy::Metric metric);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_METRIC_NAME_H_
