#include "worker/models/image_layers.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

void Fill(torch::nn::Module& module, const at::Tensor& value) {
  c10::NoGradGuard no_gradients;
  for (at::Tensor& parameter : module.parameters()) parameter.copy_(value);
}

TEST(EdgePaddingTest, TensorFlowPutsTheOddZeroBehind) {
  auto of = [](int64_t size, int64_t kernel, int64_t stride) {
    EdgePadding edge =
        EdgePaddingFor(size, kernel, stride, Padding::kTensorFlowSame);
    return std::pair(edge.before, edge.after);
  };
  EXPECT_EQ(of(224, 3, 2), std::pair(int64_t{0}, int64_t{1}));
  EXPECT_EQ(of(225, 3, 2), std::pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(of(7, 3, 1), std::pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(of(8, 1, 2), std::pair(int64_t{0}, int64_t{0}));
}

// One row 1 2 3 4 under a kernel of ones: each output is a sum of what the
// kernel covers.
TEST(Conv2dTest, EdgesAreFilledWithZeros) {
  auto sums = [](Padding padding) {
    Conv2d conv(
        Conv2dShape{
            .in = 1, .out = 1, .kernel = 3, .stride = 2, .padding = padding},
        at::TensorOptions(at::kFloat));
    Fill(*conv, at::ones({}));
    at::Tensor x = at::arange(1, 17, at::kFloat).view({1, 1, 4, 4});
    at::Tensor y = conv(x).detach();
    return std::vector<float>(y.data_ptr<float>(),
                              y.data_ptr<float>() + y.numel());
  };
  EXPECT_EQ(sums(Padding::kSymmetric),
            (std::vector<float>{1 + 2 + 5 + 6, 2 + 3 + 4 + 6 + 7 + 8,
                                5 + 6 + 9 + 10 + 13 + 14,
                                6 + 7 + 8 + 10 + 11 + 12 + 14 + 15 + 16}));
  EXPECT_EQ(sums(Padding::kTensorFlowSame),
            (std::vector<float>{
                1 + 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11, 3 + 4 + 7 + 8 + 11 + 12,
                9 + 10 + 11 + 13 + 14 + 15, 11 + 12 + 15 + 16}));
  EXPECT_EQ(sums(Padding::kNone),
            (std::vector<float>{1 + 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11}));
}

class BatchNorm2dTest : public ::testing::Test {
 protected:
  BatchNorm2dTest() {
    Fill(*norm_, at::ones({3}) * 2);
    norm_->running_mean.copy_(at::randn({3}));
  }

  // Whether the buffers are as they were at the beginning.
  bool Untouched() const {
    return norm_->running_mean.equal(mean_) &&
           norm_->running_var.equal(at::ones({3})) &&
           norm_->num_batches_tracked.item<int64_t>() == 0;
  }
  void Freeze() {
    norm_->weight.requires_grad_(false);
    norm_->bias.requires_grad_(false);
  }

  const at::Tensor x_ = at::randn({4, 3, 5, 5}) * 3 + 1;
  BatchNorm2d norm_{3, 1e-5, at::TensorOptions(at::kFloat)};
  at::Tensor mean_;
};

TEST_F(BatchNorm2dTest, TrainingNormalisesByTheBatchAndMovesTheBuffers) {
  mean_ = norm_->running_mean.clone();
  at::Tensor y = norm_(x_, /*training=*/true);
  // Weight and bias are 2.
  EXPECT_NEAR(y.mean().item<double>(), 2, 1e-5);
  EXPECT_NEAR(y.var().item<double>(), 4, 0.1);
  at::Tensor batch_mean = x_.mean(at::IntArrayRef{0, 2, 3});
  EXPECT_TRUE(
      norm_->running_mean.allclose(mean_ * 0.9 + batch_mean * 0.1, 1e-5, 1e-6));
  EXPECT_EQ(norm_->num_batches_tracked.item<int64_t>(), 1);
}

TEST_F(BatchNorm2dTest, OutsideOfTrainingBuffersStay) {
  mean_ = norm_->running_mean.clone();
  norm_(x_, /*training=*/false);
  EXPECT_TRUE(Untouched());
}

TEST_F(BatchNorm2dTest, FrozenMeansFrozenWhateverThePassIs) {
  mean_ = norm_->running_mean.clone();
  Freeze();
  norm_->train();
  at::Tensor trained = norm_(x_, /*training=*/true);
  EXPECT_TRUE(Untouched());
  EXPECT_TRUE(trained.equal(norm_(x_, /*training=*/false)));
}

// Its running variance would be no number.
TEST_F(BatchNorm2dTest, OneValueOfEachChannelIsEvaluated) {
  mean_ = norm_->running_mean.clone();
  const at::Tensor x = at::randn({1, 3, 1, 1});
  EXPECT_TRUE(norm_(x, /*training=*/true).equal(norm_(x, /*training=*/false)));
  EXPECT_TRUE(Untouched());
}

// Rows and columns 1 to 4, whose negated sum is largest in front.
TEST(MaxPool3x3Test, NothingSurroundsThePicture) {
  const at::Tensor line = -at::arange(1, 5, at::kFloat);
  const at::Tensor x = (line.view({4, 1}) + line).view({1, 1, 4, 4});
  auto pooled = [&](Padding padding, bool ceil) {
    at::Tensor y = MaxPool3x3(x, padding, ceil).contiguous();
    return std::vector<float>(y.data_ptr<float>(),
                              y.data_ptr<float>() + y.numel());
  };
  EXPECT_EQ(pooled(Padding::kNone, false), (std::vector<float>{-2}));
  EXPECT_EQ(pooled(Padding::kNone, true), (std::vector<float>{-2, -4, -4, -6}));
  EXPECT_EQ(pooled(Padding::kSymmetric, false),
            (std::vector<float>{-2, -3, -3, -4}));
  EXPECT_EQ(pooled(Padding::kTensorFlowSame, false),
            (std::vector<float>{-2, -4, -4, -6}));
}

}  // namespace
}  // namespace tunesmith::worker
