#include "worker/tasks/classification_loss.h"

#include <optional>

#include "ATen/core/Reduction.h"
#include "ATen/ops/cross_entropy_loss.h"

namespace tunesmith::worker {

at::Tensor ClassificationLoss::operator()(const at::Tensor& logits_BC,
                                          const at::Tensor& labels_B) const {
  std::optional<at::Tensor> weights;
  if (class_weights_C.defined()) weights = class_weights_C;
  return at::cross_entropy_loss(logits_BC.to(at::kFloat), labels_B, weights,
                                at::Reduction::Mean,
                                /*ignore_index=*/-100, label_smoothing);
}

}  // namespace tunesmith::worker
