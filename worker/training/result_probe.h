#ifndef TUNESMITH_WORKER_TRAINING_RESULT_PROBE_H_
#define TUNESMITH_WORKER_TRAINING_RESULT_PROBE_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/example.h"
#include "worker/training/network.h"
#include "worker/training/options.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// What a finished network gives for the first rows of its data, in fp32, at
// most `max_rows` at once. Errors of LogitsOf.
absl::StatusOr<ResultProbe> ProbeResult(const Network& network,
                                        const TrainingInputs& inputs,
                                        int max_rows);

// Logits in fp32, row by row. At most `max_rows` go through the network at
// once, and fewer where memory demands. Errors of BatchMaker and
// CatchTorchErrors.
absl::StatusOr<std::vector<float>> LogitsOf(const Network& network,
                                            std::span<const Example> examples,
                                            int max_rows);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RESULT_PROBE_H_
