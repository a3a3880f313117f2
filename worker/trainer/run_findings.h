#ifndef TUNESMITH_WORKER_TRAINER_RUN_FINDINGS_H_
#define TUNESMITH_WORKER_TRAINER_RUN_FINDINGS_H_

#include <string>
#include <vector>

#include "worker/data/finding.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// What is odd about a run before it begins, besides its data:
//   FEW_STEPS     it has so few steps that warm-up and decay mean nothing, or
//                 it does not see all rows;
//   ABSENT_CLASS  a split to be evaluated holds none of some classes, one for
//                 each such split.
std::vector<DataFinding> FindingsOfRun(const TrainingInputs& inputs,
                                       const TrainingOptions& options);

// ABSENT_CLASS of test data alone.
std::vector<DataFinding> FindingsOfTest(const std::vector<std::string>& labels,
                                        const std::vector<Example>& test);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RUN_FINDINGS_H_
