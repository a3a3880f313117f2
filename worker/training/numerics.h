#ifndef TUNESMITH_WORKER_TRAINING_NUMERICS_H_
#define TUNESMITH_WORKER_TRAINING_NUMERICS_H_

#include "ATen/core/Tensor.h"
#include "worker/training/options.h"

namespace tunesmith::worker {

// Lets the kernels of a GPU, in this whole process, round and order sums as
// options say. Does nothing for a CPU, whose kernels leave no choice.
void ApplyNumerics(const TrainingOptions& options, at::Device device);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_NUMERICS_H_
