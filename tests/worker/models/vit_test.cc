#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/randn.h"
#include "gtest/gtest.h"
#include "worker/models/vit/model.h"

namespace tunesmith::worker {
namespace {

class VitTest : public ::testing::Test {
 protected:
  VitTest() {
    c10::NoGradGuard no_gradients;
    for (at::Tensor& parameter : model_.parameters()) {
      parameter.copy_(at::randn(parameter.sizes()) * 0.3);
    }
  }

  at::Tensor Run(const ForwardContext& context) {
    return model_.forward(pictures_, context);
  }
  // Only parameters whose names begin so train.
  void TrainOnly(const std::string& beginning) {
    for (auto& item : model_.named_parameters()) {
      item.value().requires_grad_(item.key().starts_with(beginning));
    }
  }

  VitModel model_{VitConfig{.image_size = 16,
                            .patch_size = 8,
                            .width = 12,
                            .layer_count = 2,
                            .head_count = 2,
                            .inner_width = 20,
                            .hidden_dropout = 0.3,
                            .attention_dropout = 0.3},
                  ImageInputFacts(), at::TensorOptions(at::kFloat)};
  const at::Tensor pictures_ = at::randn({3, 3, 16, 16});
};

TEST_F(VitTest, DropoutFollowsFromSeedAndStep) {
  const ForwardContext once{.training = true, .seed = 1, .step = 1};
  EXPECT_TRUE(Run(once).equal(Run(once)));
  EXPECT_FALSE(Run(once).equal(Run({.training = true, .seed = 1, .step = 2})));
  EXPECT_FALSE(Run(once).equal(Run({.training = true, .seed = 2, .step = 1})));
  EXPECT_TRUE(Run({.seed = 1, .step = 1}).equal(Run({.seed = 2, .step = 2})));
}

TEST_F(VitTest, FrozenPrefixHasNoDropoutAndNoGraph) {
  const ForwardContext training{.training = true, .seed = 1, .step = 1};
  TrainOnly("nothing");
  EXPECT_TRUE(Run(training).equal(Run({})));
  EXPECT_FALSE(Run(training).requires_grad());

  // What is behind the layers trains: still no dropout in them.
  TrainOnly("layernorm");
  EXPECT_TRUE(Run(training).equal(Run({})));
  EXPECT_TRUE(Run(training).requires_grad());

  TrainOnly("encoder.layer.1.");
  at::Tensor features = Run(training);
  EXPECT_FALSE(features.equal(Run({})));
  features.sum().backward();
  for (const auto& item : model_.named_parameters()) {
    EXPECT_EQ(item.value().grad().defined(), item.value().requires_grad())
        << item.key();
  }
}

}  // namespace
}  // namespace tunesmith::worker
