#include "worker/tasks/classification_metrics.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;

// Computed with scikit-learn 1.x, labels=range(5), zero_division=0; class 4
// has neither rows nor guesses.
TEST(ClassificationMetricsTest, EqualScikitLearns) {
  ConfusionMatrix matrix(5);
  int labels[] = {0, 0, 1, 1, 1, 2, 2, 2, 2, 3};
  int guesses[] = {0, 1, 1, 1, 2, 2, 2, 0, 2, 1};
  for (int i = 0; i < 10; ++i) matrix.Add(labels[i], guesses[i]);
  ClassificationMetrics metrics = matrix.Metrics();
  EXPECT_EQ(metrics.example_count, 10);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.6);
  EXPECT_DOUBLE_EQ(metrics.macro_f1, 0.36428571428571427);
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

TEST(ClassificationMetricsTest, NothingCountedGivesZeros) {
  ClassificationMetrics metrics = ConfusionMatrix(2).Metrics();
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.weighted_f1, 0);
}

}  // namespace
}  // namespace tunesmith::worker
