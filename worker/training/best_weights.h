#ifndef TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_
#define TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_

#include <vector>

#include "ATen/core/Tensor.h"

namespace tunesmith::worker {

// A copy of the parameters that train, on their device.
class BestWeights {
 public:
  explicit BestWeights(std::vector<at::Tensor> parameters)
      : parameters_(std::move(parameters)) {}

  // Copies the parameters' values; memory is taken the first time.
  void Keep();

  // Brings the kept values back. Needs a Keep before.
  void Restore();

 private:
  std::vector<at::Tensor> parameters_;
  std::vector<at::Tensor> copies_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_
