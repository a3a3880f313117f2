#ifndef TUNESMITH_WORKER_AUGMENTATION_BATCH_MIX_H_
#define TUNESMITH_WORKER_AUGMENTATION_BATCH_MIX_H_

#include <cstdint>
#include <variant>

#include "worker/images/resize.h"

// How the pictures of a batch are mixed with each other. The partner of row i
// is row i - 1, of the first one the last. What torchvision.transforms.v2 draws
// for a batch, as plain values; who trains does it to tensors.

namespace tunesmith::worker {

struct Mixup {
  double alpha = 0.2;
};
struct CutMix {
  double alpha = 1;
};

// monostate: nothing is mixed.
using BatchMix = std::variant<std::monostate, Mixup, CutMix>;

// Which batch is drawn for.
struct BatchKey {
  int64_t seed = 0;
  uint64_t epoch = 0;
  // Of the training or of the epoch; whoever asks twice asks with the same.
  uint64_t step = 0;
};

struct MixDraw {
  // The label is this times the row's own, and 1 - lambda times its partner's.
  double lambda = 1;
  // Whether pixels are mixed like labels. Otherwise `area` is the partner's and
  // the rest stays.
  bool everywhere = false;
  ImageArea area = {};
};

// For pictures of width x height.
MixDraw DrawMix(const BatchMix& mix, const BatchKey& key, int width,
                int height);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AUGMENTATION_BATCH_MIX_H_
