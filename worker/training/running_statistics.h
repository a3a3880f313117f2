#ifndef TUNESMITH_WORKER_TRAINING_RUNNING_STATISTICS_H_
#define TUNESMITH_WORKER_TRAINING_RUNNING_STATISTICS_H_

#include <vector>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "worker/training/tensor_file.h"

namespace tunesmith::worker {

// The buffers of a network: what normalisation has seen. A training pass moves
// those of layers that train; one that does not count is undone here.
class RunningStatistics {
 public:
  // `module` outlives it; its buffers move into a few blocks of memory, so that
  // what follows takes a few operations however many they are.
  explicit RunningStatistics(const torch::nn::Module& module);

  // All of them, under their names.
  const std::vector<NamedTensor>& tensors() const { return tensors_; }

  // Before a pass. Takes no memory.
  void Keep();
  // What they were at Keep.
  void PutBack();
  // The same unless `good`, a scalar on the device, is true.
  void PutBackUnless(const at::Tensor& good);

 private:
  std::vector<NamedTensor> tensors_;
  // The memory of all of them, one for each type, and what it was at Keep.
  std::vector<at::Tensor> blocks_;
  std::vector<at::Tensor> kept_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_RUNNING_STATISTICS_H_
