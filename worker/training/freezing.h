#ifndef TUNESMITH_WORKER_TRAINING_FREEZING_H_
#define TUNESMITH_WORKER_TRAINING_FREEZING_H_

#include <span>

#include "absl/status/status.h"
#include "torch/nn/module.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Makes each parameter of `module` frozen or trainable. INVALID_ARGUMENT with
// reason WEIGHT_NAME_MISMATCH when plan and module name other parameters;
// INVALID_FIELD when nothing would train.
absl::Status ApplyFreezing(std::span<const ParameterPlan> plan,
                           torch::nn::Module& module);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_FREEZING_H_
