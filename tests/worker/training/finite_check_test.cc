#include "worker/training/finite_check.h"

#include <cmath>
#include <limits>

#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

struct TwoTensors : torch::nn::Module {
  TwoTensors() {
    weight = register_parameter("weight", at::zeros({3, 5}));
    mean = register_buffer("running_mean", at::zeros({2}));
    register_buffer("count", at::zeros({}, at::kLong));
  }
  at::Tensor weight, mean;
};

TEST(FiniteCheckTest, ATrainedNetworkNeedsFiniteParametersAndBuffers) {
  TwoTensors network;
  EXPECT_TRUE(CheckTrained(network).ok());
  network.mean[1] = -std::numeric_limits<float>::infinity();
  absl::Status status = CheckTrained(network);
  EXPECT_EQ(ReasonOf(status), "NUMERICAL_FAILURE");
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("tensor running_mean"));
  network.weight.requires_grad_(false)[2][3] = std::nan("");
  EXPECT_THAT(std::string(CheckTrained(network).message()),
              HasSubstr("tensor weight"));
}

TEST(FiniteCheckTest, WhatItGivesIsLookedAtToo) {
  EvaluationFigures figures;
  EXPECT_TRUE(CheckTrained(figures).ok());
  figures.example_count = 5;
  figures.loss = std::nan("");
  figures.split = DataSplit::kTest;
  figures.broken_count = 2;
  figures.first_broken_row = 17;
  EXPECT_THAT(std::string(CheckTrained(figures).message()),
              HasSubstr("2 rows of test data, the first of them row 17"));
}

TEST(FiniteCheckTest, ALongListOfRowsIsCut) {
  EXPECT_EQ(RowList({3, 1}), "3, 1");
  EXPECT_TRUE(RowList(std::vector<int64_t>(1000, 7)).ends_with("7, ..."));
  EXPECT_LT(RowList(std::vector<int64_t>(1000, 7)).size(), 300u);
}

}  // namespace
}  // namespace tunesmith::worker
