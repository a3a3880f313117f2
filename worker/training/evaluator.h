#ifndef TUNESMITH_WORKER_TRAINING_EVALUATOR_H_
#define TUNESMITH_WORKER_TRAINING_EVALUATOR_H_

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/statusor.h"
#include "worker/data/example.h"
#include "worker/training/network.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Figures of `network` on `examples`, which is not empty; phase, split, step
// and epoch are the caller's to fill in. Runs in fp32 whatever training runs
// in: the figures are those that users of the saved fp32 weights get. `rows` go
// through the network at once. CANCELLED when `should_stop` said so, which is
// asked before every batch; errors of BatchMaker.
absl::StatusOr<EvaluationFigures> EvaluateClassifier(
    const Network& network, std::span<const Example> examples,
    int64_t class_count, int rows, const std::function<bool()>& should_stop);

// CANCELLED with reason CANCELLED.
absl::Status StoppedError();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_EVALUATOR_H_
