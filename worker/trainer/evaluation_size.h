#ifndef TUNESMITH_WORKER_TRAINER_EVALUATION_SIZE_H_
#define TUNESMITH_WORKER_TRAINER_EVALUATION_SIZE_H_

#include <cstddef>
#include <vector>

#include "tunesmith/v1/evaluation.pb.h"

namespace tunesmith::worker {

// Takes tables out of evaluations that share a message, until they have at most
// `max_bytes`: confusion matrices before figures of classes, and those of
// evaluations on the way before final ones. Means over all rows stay.
void FitEvaluations(size_t max_bytes,
                    std::vector<tunesmith::v1::Evaluation>& evaluations);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_EVALUATION_SIZE_H_
