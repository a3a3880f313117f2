#ifndef TUNESMITH_WORKER_TRAINING_FREEZING_H_
#define TUNESMITH_WORKER_TRAINING_FREEZING_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "torch/nn/module.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Makes each parameter of `module` frozen or trainable, as it is after `epoch`
// whole epochs. INVALID_ARGUMENT with reason WEIGHT_NAME_MISMATCH when plan and
// module name other parameters; INVALID_FIELD when nothing would train.
absl::Status ApplyFreezing(std::span<const ParameterPlan> plan, int64_t epoch,
                           torch::nn::Module& module);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_FREEZING_H_
