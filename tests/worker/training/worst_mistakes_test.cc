#include "worker/training/worst_mistakes.h"

#include <algorithm>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Mistake> WorstOf(const std::vector<Mistake>& mistakes) {
  WorstMistakes worst;
  for (const Mistake& mistake : mistakes) worst.Add(mistake);
  return worst.Take();
}

TEST(WorstMistakesTest, TheMostConfidentComeFirstThenTheLowestRow) {
  const Mistake sure{.row = 9, .label = 0, .guess = 1, .confidence = 0.9};
  const Mistake low{.row = 2, .label = 0, .guess = 2, .confidence = 0.5};
  const Mistake high{.row = 8, .label = 1, .guess = 2, .confidence = 0.5};
  EXPECT_THAT(WorstOf({high, low, sure}), ElementsAre(sure, low, high));
}

TEST(WorstMistakesTest, KeepsTheSameFewWhateverTheOrder) {
  std::vector<Mistake> mistakes;
  for (int row = 0; row < 200; ++row) {
    mistakes.push_back({.row = row, .confidence = row * 37 % 50 / 50.0});
  }
  const std::vector<Mistake> worst = WorstOf(mistakes);
  ASSERT_EQ(worst.size(), WorstMistakes::kMaxCount);
  EXPECT_EQ(worst[0].confidence, 49 / 50.0);
  // Four rows have each confidence.
  EXPECT_EQ(worst.back().confidence, 44 / 50.0);
  std::reverse(mistakes.begin(), mistakes.end());
  EXPECT_EQ(WorstOf(mistakes), worst);
}

TEST(WorstMistakesTest, WhatIsNotANumberIsPassedOver) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(WorstOf({{.row = 1, .confidence = none}}), IsEmpty());
}

}  // namespace
}  // namespace tunesmith::worker
