#ifndef TUNESMITH_WORKER_TASKS_CLASSIFIER_H_
#define TUNESMITH_WORKER_TASKS_CLASSIFIER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "torch/nn/module.h"
#include "worker/models/forward_context.h"
#include "worker/models/head.h"
#include "worker/models/pretrained.h"
#include "worker/models/token_batch.h"

namespace tunesmith::worker {

// What goes through a classifier at once; each kind of network looks at its own
// member.
struct ClassifierInput {
  TokenBatch tokens = {};
  // [B, 3, S, S] of fp32, normalised.
  at::Tensor images_BCHW = {};
  // What Classifier::Features gave; where it is defined, the rest is not looked
  // at and the network below the head is not run.
  at::Tensor features = {};
};

// A pretrained network, dropout and a head for labels, as the classifiers of
// the family's ecosystem; its parameters have those names.
class Classifier : public torch::nn::Module {
 public:
  // Logits [B, C] in fp32, for B samples and C classes.
  at::Tensor forward(const ClassifierInput& input,
                     const ForwardContext& context);

  // What the head gets, before dropout; its first axis is B.
  virtual at::Tensor Features(const ClassifierInput& input,
                              const ForwardContext& context) = 0;

  // Whether anything but the head trains.
  bool BodyTrains() const;
  const Encoder& encoder() const { return *encoder_; }

 protected:
  // Registers both under the names that `naming` has for them.
  void Register(std::shared_ptr<Encoder> encoder, Head head,
                const WeightNaming& naming);

 private:
  std::shared_ptr<Encoder> encoder_;
  Head head_{nullptr};
};

struct ClassifierOptions {
  std::vector<std::string> labels;
  at::Device device = at::kCPU;
  // Unset: the config's.
  std::optional<double> dropout;
  // New parameters are drawn from it.
  int64_t seed = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_CLASSIFIER_H_
