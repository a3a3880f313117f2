#include "worker/data/split.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/data/labels.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<int32_t> Classes(const std::vector<int>& counts) {
  std::vector<int32_t> labels;
  for (size_t c = 0; c < counts.size(); ++c) {
    labels.insert(labels.end(), counts[c], static_cast<int32_t>(c));
  }
  std::shuffle(labels.begin(), labels.end(), std::mt19937(1));
  return labels;
}

std::vector<int64_t> CountsAt(const std::vector<int32_t>& labels,
                              const std::vector<int32_t>& indices,
                              size_t classes) {
  std::vector<int32_t> chosen;
  for (int32_t i : indices) chosen.push_back(labels[i]);
  return CountLabels(chosen, classes);
}

SplitIndices Split(const std::vector<int32_t>& labels, size_t classes,
                   double fraction, int64_t seed,
                   const std::vector<int32_t>& first_same = {}) {
  return SplitStratified({.labels = labels,
                          .class_count = classes,
                          .first_same = first_same,
                          .fraction = fraction,
                          .seed = seed});
}

TEST(SplitTest, EveryRowIsInExactlyOnePart) {
  std::vector<int32_t> labels = Classes({1, 2, 3, 50, 117});
  SplitIndices split = Split(labels, 5, 0.1, 42);
  std::vector<int32_t> all = split.training;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  std::vector<int32_t> expected(labels.size());
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
  EXPECT_TRUE(std::is_sorted(split.training.begin(), split.training.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
}

TEST(SplitTest, ClassesOfOneRowStayAndOthersGiveAndKeepOne) {
  std::vector<int32_t> labels = Classes({1, 2, 3, 100});
  EXPECT_THAT(CountsAt(labels, Split(labels, 4, 0.1, 42).validation, 4),
              ElementsAre(0, 1, 1, 10));
  std::vector<int32_t> pairs = Classes({2, 2, 2});
  EXPECT_THAT(CountsAt(pairs, Split(pairs, 3, 0.5, 42).validation, 3),
              ElementsAre(1, 1, 1));
}

TEST(SplitTest, SharesFollowTheClassesAndTheTotalTheFraction) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> counts(2 + random() % 8);
    for (int& count : counts) count = 20 + static_cast<int>(random() % 300);
    double fraction = 0.05 + 0.45 * (random() % 1000) / 1000.0;
    std::vector<int32_t> labels = Classes(counts);
    SplitIndices split = Split(labels, counts.size(), fraction, round);
    EXPECT_EQ(static_cast<int64_t>(split.validation.size()),
              std::llround(fraction * static_cast<double>(labels.size())));
    std::vector<int64_t> shares =
        CountsAt(labels, split.validation, counts.size());
    for (size_t c = 0; c < counts.size(); ++c) {
      EXPECT_NEAR(static_cast<double>(shares[c]), fraction * counts[c], 1.0);
    }
  }
}

TEST(SplitTest, IsAFunctionOfSeedAndLabels) {
  std::vector<int32_t> labels = Classes({40, 60});
  EXPECT_EQ(Split(labels, 2, 0.2, 42).validation,
            Split(labels, 2, 0.2, 42).validation);
  EXPECT_NE(Split(labels, 2, 0.2, 42).validation,
            Split(labels, 2, 0.2, 43).validation);
}

TEST(SplitTest, NothingIsSplitOffForFractionZero) {
  std::vector<int32_t> labels = Classes({4, 4});
  SplitIndices split = Split(labels, 2, 0, 42);
  EXPECT_THAT(split.validation, IsEmpty());
  EXPECT_THAT(split.training, SizeIs(8));
}

TEST(SplitTest, RowsThatAllDifferAreSplitAsWithoutGroups) {
  std::vector<int32_t> labels = Classes({1, 2, 3, 50, 117});
  std::vector<int32_t> own(labels.size());
  std::iota(own.begin(), own.end(), 0);
  EXPECT_EQ(Split(labels, 5, 0.2, 42, own).validation,
            Split(labels, 5, 0.2, 42).validation);
}

TEST(SplitTest, RowsThatAreTheSameStayOnOneSide) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<int32_t> labels = Classes({60, 90, 30});
    // Copies of an earlier row, most with its label.
    std::vector<int32_t> first_same(labels.size());
    for (size_t i = 0; i < labels.size(); ++i) {
      first_same[i] = static_cast<int32_t>(i);
      if (i == 0 || random() % 3 > 0) continue;
      first_same[i] = first_same[random() % i];
      if (random() % 10 > 0) labels[i] = labels[first_same[i]];
    }
    SplitIndices split = Split(labels, 3, 0.2, round, first_same);
    std::vector<int> side(labels.size(), 0);
    for (int32_t i : split.validation) side[i] = 1;
    for (size_t i = 0; i < labels.size(); ++i) {
      EXPECT_EQ(side[i], side[first_same[i]]) << i;
    }
    EXPECT_EQ(split.training.size() + split.validation.size(), labels.size());
    EXPECT_NEAR(static_cast<double>(split.validation.size()), 0.2 * 180, 12);
    EXPECT_EQ(Split(labels, 3, 0.2, round, first_same).validation,
              split.validation);
  }
}

TEST(SplitTest, OfLargeGroupsTheSmallestGoesAndAClassOfOneGroupStays) {
  // Five, three and two rows that are the same; and four of another class.
  const std::vector<int32_t> labels = {0, 0, 0, 0, 0, 0, 0,
                                       0, 0, 0, 1, 1, 1, 1};
  const std::vector<int32_t> first_same = {0, 0, 0, 0,  0,  5,  5,
                                           5, 8, 8, 10, 10, 10, 10};
  EXPECT_THAT(Split(labels, 2, 0.1, 42, first_same).validation,
              ElementsAre(8, 9));
}

}  // namespace
}  // namespace tunesmith::worker
