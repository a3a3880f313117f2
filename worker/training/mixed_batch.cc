#include "worker/training/mixed_batch.h"

#include "ATen/TensorOperators.h"

namespace tunesmith::worker {

MixedBatch Mix(const LabelledBatch& batch, const MixDraw& draw) {
  const int64_t rows = batch.labels_B.size(0) - 1;
  const at::Tensor& images = batch.input.images_BCHW;
  at::Tensor own = images.narrow(0, 1, rows);
  at::Tensor partners = images.narrow(0, 0, rows);
  at::Tensor mixed;
  if (draw.everywhere) {
    mixed = own * draw.lambda + partners * (1 - draw.lambda);
  } else {
    mixed = own.clone();
    auto cut = [&draw](const at::Tensor& x_BCHW) {
      return x_BCHW.narrow(2, draw.area.top, draw.area.height)
          .narrow(3, draw.area.left, draw.area.width);
    };
    cut(mixed).copy_(cut(partners));
  }
  return {.input = {.images_BCHW = mixed},
          .labels_B = batch.labels_B.narrow(0, 1, rows),
          .partner_labels_B = batch.labels_B.narrow(0, 0, rows),
          .lambda = draw.lambda};
}

}  // namespace tunesmith::worker
