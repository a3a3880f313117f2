#ifndef TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_
#define TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_

#include <utility>
#include <vector>

#include "worker/training/tensor_file.h"

namespace tunesmith::worker {

// A copy of what a training moves: on its device, or on the host where the
// device has no memory for it.
class BestWeights {
 public:
  explicit BestWeights(std::vector<NamedTensor> parameters)
      : parameters_(std::move(parameters)) {}

  // Copies the parameters' values; memory is taken the first time.
  void Keep();

  // Puts the kept values into the network and keeps the network's instead; a
  // second call undoes it. Needs a Keep before.
  void Swap();

  // The kept values under the parameters' names; empty before the first Keep.
  const std::vector<NamedTensor>& kept() const { return kept_; }

  // Takes memory for values to be read in.
  const std::vector<NamedTensor>& Reserve();

 private:
  // Memory like the parameters', on their device or on the host.
  std::vector<NamedTensor> Room(bool on_host) const;

  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> kept_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_BEST_WEIGHTS_H_
