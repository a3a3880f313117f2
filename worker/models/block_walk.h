#ifndef TUNESMITH_WORKER_MODELS_BLOCK_WALK_H_
#define TUNESMITH_WORKER_MODELS_BLOCK_WALK_H_

#include "ATen/core/grad_mode.h"
#include "worker/models/forward_context.h"

namespace tunesmith::worker {

// A pass through the blocks of a network, from the input on. Below the first
// block that trains nothing is recorded, and blocks run as in evaluation. Its
// end restores whether gradients are recorded, for what follows the blocks.
class BlockWalk {
 public:
  // `context` outlives the walk.
  explicit BlockWalk(const ForwardContext& context)
      : context_(context),
        gradients_(at::GradMode::is_enabled()),
        restore_(gradients_) {}

  // Before a block runs. `trains`: whether any of its parameters does. Returns
  // whether the block runs as in training.
  bool Enter(bool trains) {
    trains_ = trains_ || trains;
    at::GradMode::set_enabled(gradients_ && trains_);
    return context_.training && trains_;
  }

 private:
  const ForwardContext& context_;
  const bool gradients_;
  bool trains_ = false;
  at::AutoGradMode restore_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_BLOCK_WALK_H_
