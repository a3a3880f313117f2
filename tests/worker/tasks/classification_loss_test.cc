#include "ATen/ops/log_softmax.h"
#include "ATen/ops/tensor.h"
#include "gtest/gtest.h"
#include "worker/tasks/classification_loss.h"

namespace tunesmith::worker {
namespace {

// torch.nn.functional.cross_entropy, written out for two rows.
TEST(ClassificationLossTest, SmoothsAndWeighsAsPyTorchDoes) {
  at::Tensor logits =
      at::tensor({0.5f, -1.0f, 2.0f, 1.0f, 0.0f, -0.5f}).view({2, 3});
  at::Tensor labels = at::tensor({int64_t{2}, int64_t{0}});
  double w[] = {0.5, 1.0, 2.0};
  double smoothing = 0.1;
  at::Tensor log_p = at::log_softmax(logits.to(at::kDouble), 1);
  double numerator = 0, denominator = 0;
  for (int i = 0; i < 2; ++i) {
    int y = static_cast<int>(labels[i].item<int64_t>());
    denominator += w[y];
    numerator -= (1 - smoothing) * w[y] * log_p[i][y].item<double>();
    for (int c = 0; c < 3; ++c) {
      numerator -= smoothing / 3 * w[c] * log_p[i][c].item<double>();
    }
  }
  ClassificationLoss loss{.label_smoothing = smoothing,
                          .class_weights_C = at::tensor({0.5f, 1.0f, 2.0f})};
  EXPECT_NEAR(loss(logits, labels).item<double>(), numerator / denominator,
              1e-6);
}

}  // namespace
}  // namespace tunesmith::worker
