#ifndef TUNESMITH_WORKER_TRAINING_MIXED_BATCH_H_
#define TUNESMITH_WORKER_TRAINING_MIXED_BATCH_H_

#include "ATen/core/Tensor.h"
#include "worker/augmentation/batch_mix.h"
#include "worker/training/batch_maker.h"

namespace tunesmith::worker {

// A batch whose rows are partly their partners'.
struct MixedBatch {
  ClassifierInput input;
  // [B] of int64; the first counts `lambda`, the second the rest.
  at::Tensor labels_B;
  at::Tensor partner_labels_B;
  double lambda = 1;
};

// `batch` has one row more in front, the partner of the next one; each other
// row's partner is the row before it.
MixedBatch Mix(const LabelledBatch& batch, const MixDraw& draw);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_MIXED_BATCH_H_
