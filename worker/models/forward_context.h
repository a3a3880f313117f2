#ifndef TUNESMITH_WORKER_MODELS_FORWARD_CONTEXT_H_
#define TUNESMITH_WORKER_MODELS_FORWARD_CONTEXT_H_

#include <cstdint>

#include "worker/kernels/dropout_mask.h"

namespace tunesmith::worker {

// What a forward pass is for. Networks keep no mode of their own.
struct ForwardContext {
  // Whether dropout is on, in and above the first block that trains.
  bool training = false;
  // Where dropout masks come from.
  int64_t seed = 0;
  int64_t step = 0;
  // Place of the first row in its batch, so that the parts of a batch that go
  // through the network one after another have masks of their own.
  int64_t first_row = 0;

  DropoutKey Site(int64_t site) const {
    return MakeDropoutKey(seed, step, site + (first_row << 32));
  }
};

// The site of the dropout in front of a classification head.
inline constexpr int64_t kHeadDropoutSite = 1'000'000;

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_FORWARD_CONTEXT_H_
