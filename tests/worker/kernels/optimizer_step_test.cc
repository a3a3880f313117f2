#include "worker/kernels/optimizer_step.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

AdamWTensors SomeTensors() {
  AdamWTensors tensors;
  for (int64_t size : {1, 7, 1000}) {
    tensors.parameters.push_back(at::randn({size}));
    tensors.gradients.push_back(at::randn({size}));
    tensors.first_moments.push_back(at::zeros({size}));
    tensors.second_moments.push_back(at::zeros({size}));
    tensors.steps.push_back(at::zeros({}));
  }
  return tensors;
}

AdamWTensors CopyOf(const AdamWTensors& tensors) {
  AdamWTensors copy = tensors;
  for (auto* list : {&copy.parameters, &copy.gradients, &copy.first_moments,
                     &copy.second_moments, &copy.steps}) {
    for (at::Tensor& tensor : *list) tensor = tensor.clone();
  }
  return copy;
}

UpdateSwitch Done() { return SkipUnless(at::ones({}, at::kBool)); }
UpdateSwitch Skipped() { return SkipUnless(at::zeros({}, at::kBool)); }

TEST(FusedAdamWTest, EqualsReferenceOverSeveralSteps) {
  AdamWTensors fused = SomeTensors();
  AdamWTensors plain = CopyOf(fused);
  AdamWSettings settings{.learning_rate = 0.01, .weight_decay = 0.1};
  for (int step = 0; step < 5; ++step) {
    FusedAdamW(fused, settings, Done());
    AdamWReference(plain, settings);
  }
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(fused.parameters[i].allclose(plain.parameters[i], 1e-5, 1e-6));
    EXPECT_TRUE(
        fused.second_moments[i].allclose(plain.second_moments[i], 1e-5, 0));
  }
}

TEST(FusedAdamWTest, SkipLeavesParametersAndMomentsAlone) {
  AdamWTensors tensors = SomeTensors();
  tensors.gradients[1].fill_(std::nanf(""));
  AdamWTensors before = CopyOf(tensors);
  FusedAdamW(tensors, {.learning_rate = 1, .weight_decay = 1}, Skipped());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(tensors.parameters[i].equal(before.parameters[i]));
    EXPECT_TRUE(tensors.first_moments[i].equal(before.first_moments[i]));
    EXPECT_TRUE(tensors.second_moments[i].equal(before.second_moments[i]));
    EXPECT_TRUE(tensors.steps[i].equal(before.steps[i]));
  }
}

TEST(FusedAdamWTest, GoesOnAfterASkipAsIfItHadNotBeen) {
  AdamWTensors with_skip = SomeTensors(), without = CopyOf(with_skip);
  const AdamWSettings settings{.learning_rate = 0.01};
  FusedAdamW(with_skip, settings, Done());
  FusedAdamW(with_skip, settings, Skipped());
  FusedAdamW(with_skip, settings, Done());
  FusedAdamW(without, settings, Done());
  FusedAdamW(without, settings, Done());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(with_skip.parameters[i].equal(without.parameters[i]));
    EXPECT_EQ(with_skip.steps[i].item<float>(), 2.0f);
  }
}

TEST(ClipTest, ScalesDownAndNeverUp) {
  std::vector<at::Tensor> tensors = {at::ones({9}) * 2, at::ones({16}) * -2};
  at::Tensor norm = GlobalNorm(tensors);
  EXPECT_FLOAT_EQ(norm.item<float>(), 10.0f);
  Clip(tensors, ClipFactor(norm, 100));
  EXPECT_EQ(tensors[0][0].item<float>(), 2.0f);
  Clip(tensors, ClipFactor(norm, 1.0));
  EXPECT_FLOAT_EQ(tensors[0][0].item<float>(), 0.2f);
  EXPECT_FLOAT_EQ(tensors[1][0].item<float>(), -0.2f);
  EXPECT_NEAR(GlobalNorm(tensors).item<double>(), 1.0, 1e-5);
}

TEST(GlobalNormTest, SeesWhatIsNotFinite) {
  std::vector<at::Tensor> tensors = {at::ones({9}), at::ones({16})};
  tensors[1][3] = INFINITY;
  EXPECT_FALSE(std::isfinite(GlobalNorm(tensors).item<float>()));
}

}  // namespace
}  // namespace tunesmith::worker
