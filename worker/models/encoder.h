#ifndef TUNESMITH_WORKER_MODELS_ENCODER_H_
#define TUNESMITH_WORKER_MODELS_ENCODER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "torch/nn/module.h"

namespace tunesmith::worker {

// What users of any encoder need to know of it.
struct EncoderFacts {
  // Of the vector that it gives.
  int64_t width = 0;
  // It gives such a vector for every place of a map, not one for all.
  bool spatial = false;
  // Paths of its layers among its modules, from the input on. Parameters in
  // front of the first one are its embeddings, those behind the last its
  // pooler.
  std::vector<std::string> layer_paths;
  // Of the config; in front of a classification head, and in the layers.
  double head_dropout = 0;
  double dropout = 0;
  // Deviation of new weights.
  double initializer_range = 0.02;
};

// A pretrained network that turns a sample into features, as a rule one vector:
// a TextEncoder or an ImageEncoder.
class Encoder : public torch::nn::Module {
 public:
  virtual const EncoderFacts& facts() const = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_ENCODER_H_
