#ifndef TUNESMITH_WORKER_TASKS_CLASSIFICATION_LOSS_H_
#define TUNESMITH_WORKER_TASKS_CLASSIFICATION_LOSS_H_

#include "ATen/core/Tensor.h"

namespace tunesmith::worker {

// Axes: B samples, C classes.
struct ClassificationLoss {
  // In [0, 1): the share of the target spread over all classes.
  double label_smoothing = 0;
  // [C]; undefined: every class counts the same.
  at::Tensor class_weights_C;

  // Mean over rows, weighted by the weight of each row's class, as PyTorch's
  // CrossEntropyLoss. `labels_B` is of int64.
  at::Tensor operator()(const at::Tensor& logits_BC,
                        const at::Tensor& labels_B) const;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TASKS_CLASSIFICATION_LOSS_H_
