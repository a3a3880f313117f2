#ifndef TUNESMITH_WORKER_TRAINING_OPTIMIZER_H_
#define TUNESMITH_WORKER_TRAINING_OPTIMIZER_H_

#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "worker/kernels/optimizer_step.h"
#include "worker/training/options.h"
#include "worker/training/tensor_file.h"

namespace tunesmith::worker {

// Whether weight decay is left out for a parameter: biases and normalisation
// weights, as Hugging Face's Trainer does. These are the ones with one axis.
bool IsExemptFromDecay(const at::Tensor& parameter);

// AdamW's memory, by the parameters' names; the tensors are the optimizer's
// own.
struct OptimizerState {
  std::vector<NamedTensor> first_moments;
  std::vector<NamedTensor> second_moments;
  // Updates that there were, scalars.
  std::vector<NamedTensor> steps;
};

// AdamW over the parameters of a network that train. Holds two moments for
// each of them and nothing for those that are frozen, or frozen as yet.
class Optimizer {
 public:
  // `module` outlives the optimizer; `options.parameters` names each of its
  // parameters.
  Optimizer(const torch::nn::Module& module, const TrainingOptions& options);

  // Takes in the parameters that train by now: those that require gradients.
  void Update();

  // What an update needs besides the gradients; scalars on the device.
  struct Step {
    // Of the gradients before clipping.
    at::Tensor norm;
    // Whether gradients and loss are.
    at::Tensor finite;
    UpdateSwitch update;
    // Undefined where nothing is clipped.
    at::Tensor clip_factor;
  };

  // Takes the device's memory that an update takes, before anything moves: a
  // step that runs out of it can be done again.
  Step Prepare(const at::Tensor& loss);

  // Clips the gradients, updates the parameters and clears the gradients.
  // Leaves parameters and moments alone when the step is not finite.
  void Apply(const Step& step, double learning_rate);

  void ClearGradients();

  // What trains now or later.
  std::vector<NamedTensor> parameters() const;

  // What it remembers of each parameter, under the parameters' names.
  OptimizerState state() const;

 private:
  // A parameter with what is remembered of it, undefined before it trains.
  struct Entry {
    std::string name;
    at::Tensor parameter;
    double weight_decay = 0;
    double learning_rate_factor = 1;
    at::Tensor first_moment;
    at::Tensor second_moment;
    at::Tensor steps;
  };
  // Entries that train and share their settings.
  struct Group {
    AdamWTensors tensors;
    double weight_decay = 0;
    double learning_rate_factor = 1;
  };

  // Of all parameters that train; zeros where there is none.
  void CollectGradients();
  std::vector<at::Tensor> AllGradients() const;

  const double max_norm_;
  AdamWSettings settings_;
  // In the order of the network.
  std::vector<Entry> entries_;
  std::vector<Group> groups_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_OPTIMIZER_H_
