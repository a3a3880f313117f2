#ifndef TUNESMITH_WORKER_DATA_LABEL_FINDINGS_H_
#define TUNESMITH_WORKER_DATA_LABEL_FINDINGS_H_

#include <cstdint>
#include <map>
#include <string>

#include "worker/data/finding.h"

namespace tunesmith::worker {

// SIMILAR_LABELS, one for each group; MISSING_VALUE_LABEL; REGRESSION_LABELS.
// `counts`: training rows by label, as the network is to tell labels apart.
void FindLabelProblems(const std::map<std::string, int64_t>& counts,
                       FindingLog& findings);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_LABEL_FINDINGS_H_
