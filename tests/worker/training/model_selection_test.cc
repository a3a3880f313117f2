#include "worker/training/model_selection.h"

#include <cmath>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

EvaluationFigures Accuracy(double value) {
  EvaluationFigures figures;
  figures.accuracy = value;
  figures.loss = -value;
  return figures;
}

TEST(ModelSelectionTest, TieIsNotBetter) {
  ModelSelection selection(PrimaryMetric::kAccuracy, std::nullopt);
  EXPECT_TRUE(selection.Offer(Accuracy(0.5)));
  EXPECT_FALSE(selection.Offer(Accuracy(0.5)));
  EXPECT_TRUE(selection.Offer(Accuracy(0.6)));
  EXPECT_FALSE(selection.ShouldStop());
}

TEST(ModelSelectionTest, LowerLossIsBetter) {
  ModelSelection selection(PrimaryMetric::kLoss, std::nullopt);
  EXPECT_TRUE(selection.Offer(Accuracy(0.5)));
  EXPECT_TRUE(selection.Offer(Accuracy(0.6)));
  EXPECT_FALSE(selection.Offer(Accuracy(0.5)));
}

TEST(ModelSelectionTest, NotANumberIsNeverBetterAndAnythingBeatsIt) {
  ModelSelection selection(PrimaryMetric::kLoss, std::nullopt);
  EXPECT_TRUE(selection.Offer(Accuracy(std::nan(""))));
  EXPECT_TRUE(selection.Offer(Accuracy(-9)));
  EXPECT_FALSE(selection.Offer(Accuracy(std::nan(""))));
  EXPECT_TRUE(selection.Offer(Accuracy(-8)));
}

TEST(ModelSelectionTest, StopsAfterPatienceWithoutImprovement) {
  ModelSelection selection(PrimaryMetric::kAccuracy, EarlyStopping{2, 0});
  selection.Offer(Accuracy(0.5));
  selection.Offer(Accuracy(0.4));
  EXPECT_FALSE(selection.ShouldStop());
  selection.Offer(Accuracy(0.6));
  selection.Offer(Accuracy(0.6));
  EXPECT_FALSE(selection.ShouldStop());
  selection.Offer(Accuracy(0.6));
  EXPECT_TRUE(selection.ShouldStop());
}

TEST(ModelSelectionTest, SmallGainsAreKeptButDoNotPutOffTheEnd) {
  ModelSelection selection(PrimaryMetric::kAccuracy, EarlyStopping{2, 0.1});
  selection.Offer(Accuracy(0.5));
  EXPECT_TRUE(selection.Offer(Accuracy(0.55)));
  EXPECT_TRUE(selection.Offer(Accuracy(0.6)));
  EXPECT_TRUE(selection.ShouldStop());
}

}  // namespace
}  // namespace tunesmith::worker
