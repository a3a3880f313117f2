#include "worker/tasks/classification_metrics.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

// Computed with scikit-learn 1.9, zero_division=0; class 4 has neither rows nor
// guesses.
TEST(ClassificationMetricsTest, EqualScikitLearns) {
  GuessCounts counts(5);
  int labels[] = {0, 0, 1, 1, 1, 2, 2, 2, 2, 3};
  int guesses[] = {0, 1, 1, 1, 2, 2, 2, 0, 2, 1};
  for (int i = 0; i < 10; ++i) counts.Add(labels[i], guesses[i]);
  ClassificationMetrics metrics = counts.Metrics();
  EXPECT_EQ(metrics.example_count, 10);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.6);
  EXPECT_DOUBLE_EQ(metrics.macro_f1, 0.45535714285714285);
  EXPECT_DOUBLE_EQ(metrics.weighted_f1, 0.5714285714285714);
  double precision[] = {0.5, 0.5, 0.75, 0, 0};
  double recall[] = {0.5, 2.0 / 3, 0.75, 0, 0};
  double f1[] = {0.5, 4.0 / 7, 0.75, 0, 0};
  int64_t support[] = {2, 3, 4, 1, 0};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(metrics.classes[i].precision, precision[i]);
    EXPECT_DOUBLE_EQ(metrics.classes[i].recall, recall[i]);
    EXPECT_DOUBLE_EQ(metrics.classes[i].f1, f1[i]);
    EXPECT_EQ(metrics.classes[i].support, support[i]);
  }
  EXPECT_THAT(metrics.confusion_matrix,
              ElementsAre(1, 1, 0, 0, 0, 0, 2, 1, 0, 0, 1, 0, 3, 0, 0, 0, 1, 0,
                          0, 0, 0, 0, 0, 0, 0));
}

// Computed with scikit-learn 1.9: class 3 is only guessed and counts, class 2
// is in neither and does not.
TEST(ClassificationMetricsTest, MacroF1IsOverClassesOfRowsAndGuesses) {
  GuessCounts counts(4);
  counts.Add(0, 0);
  counts.Add(0, 3);
  counts.Add(1, 1);
  counts.Add(1, 1);
  ClassificationMetrics metrics = counts.Metrics();
  EXPECT_DOUBLE_EQ(metrics.macro_f1, 0.5555555555555555);
  EXPECT_DOUBLE_EQ(metrics.weighted_f1, 0.8333333333333333);
}

TEST(ClassificationMetricsTest, TheMostFrequentConfusionsComeFirst) {
  GuessCounts counts(100);
  for (int32_t i = 0; i < 99; ++i) counts.Add(i, i + 1);
  counts.Add(40, 41);
  counts.Add(7, 9);
  counts.Add(7, 9);
  counts.Add(7, 9);
  ClassificationMetrics metrics = counts.Metrics();
  EXPECT_EQ(metrics.confusion_count, 100);
  ASSERT_EQ(metrics.confusions.size(), kMaxConfusions);
  EXPECT_EQ(metrics.confusions[0], (Confusion{7, 9, 3}));
  EXPECT_EQ(metrics.confusions[1], (Confusion{40, 41, 2}));
  EXPECT_EQ(metrics.confusions[2], (Confusion{0, 1, 1}));
}

TEST(ClassificationMetricsTest, ManyClassesHaveFiguresButNoMatrix) {
  constexpr int32_t kClasses = 32'768;
  GuessCounts counts(kClasses);
  for (int32_t i = 0; i < kClasses; ++i) counts.Add(i, i);
  counts.Add(kClasses - 1, 0);
  ClassificationMetrics metrics = counts.Metrics();
  EXPECT_TRUE(metrics.confusion_matrix.empty());
  ASSERT_EQ(metrics.classes.size(), static_cast<size_t>(kClasses));
  EXPECT_EQ(metrics.classes.back().support, 2);
  EXPECT_DOUBLE_EQ(metrics.classes.back().recall, 0.5);
  EXPECT_DOUBLE_EQ(metrics.classes.front().precision, 0.5);
  EXPECT_EQ(GuessCounts(kMaxMatrixClasses).Metrics().confusion_matrix.size(),
            1'000'000u);
}

TEST(ClassificationMetricsTest, NothingCountedGivesZeros) {
  ClassificationMetrics metrics = GuessCounts(2).Metrics();
  EXPECT_EQ(metrics.macro_f1, 0);
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.weighted_f1, 0);
}

}  // namespace
}  // namespace tunesmith::worker
