#ifndef TUNESMITH_WORKER_TASKS_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_CLASSIFIER_H_

#include "ATen/core/Tensor.h"
#include "torch/nn/module.h"
#include "worker/models/forward_context.h"
#include "worker/models/token_batch.h"

namespace tunesmith::worker {

// What goes through a classifier at once; each kind of network looks at its own
// member.
struct ClassifierInput {
  TokenBatch tokens;
  // [B, 3, S, S] of fp32, normalised.
  at::Tensor images_BCHW;
};

// A pretrained network with a head for labels.
class Classifier : public torch::nn::Module {
 public:
  // Logits [B, C] in fp32, for B samples and C classes.
  virtual at::Tensor forward(const ClassifierInput& input,
                             const ForwardContext& context) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_CLASSIFIER_H_
