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

struct EvaluationOptions {
  int64_t class_count = 0;
  // That go through the network at once.
  int rows = 1;
  Precision precision = Precision::kFp32;
};

// Figures of `network` on `examples`, which is not empty; phase, split, step
// and epoch are the caller's to fill in. CANCELLED when `should_stop` said so,
// which is asked before every batch; errors of BatchMaker.
absl::StatusOr<EvaluationFigures> EvaluateClassifier(
    const Network& network, std::span<const Example> examples,
    const EvaluationOptions& options, const std::function<bool()>& should_stop);

// CANCELLED with reason CANCELLED.
absl::Status StoppedError();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_EVALUATOR_H_
