#include "worker/training/model_selection.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

EvaluationFigures Figures(double accuracy, double loss, int64_t step = 0) {
  EvaluationFigures figures;
  figures.step = step;
  figures.accuracy = accuracy;
  figures.loss = loss;
  return figures;
}

EvaluationFigures Accuracy(double value) { return Figures(value, -value); }

TEST(ModelSelectionTest, HigherIsBetter) {
  ModelSelection selection(PrimaryMetric::kAccuracy, std::nullopt);
  EXPECT_TRUE(selection.Offer(Figures(0.5, 1)));
  EXPECT_FALSE(selection.Offer(Figures(0.4, 0.1)));
  EXPECT_TRUE(selection.Offer(Figures(0.6, 9)));
  EXPECT_FALSE(selection.ShouldStop());
}

TEST(ModelSelectionTest, OfEqualOnesTheLowerLossWins) {
  ModelSelection selection(PrimaryMetric::kAccuracy, std::nullopt);
  EXPECT_TRUE(selection.Offer(Figures(0.5, 1, 10)));
  EXPECT_TRUE(selection.Offer(Figures(0.5, 0.8, 20)));
  EXPECT_FALSE(selection.Offer(Figures(0.5, 0.9, 30)));
  EXPECT_EQ(selection.state().best->step, 20);
}

TEST(ModelSelectionTest, OfThoseThatAreEqualInBothTheLaterWins) {
  ModelSelection selection(PrimaryMetric::kAccuracy, std::nullopt);
  EXPECT_TRUE(selection.Offer(Figures(0.5, 1, 10)));
  EXPECT_TRUE(selection.Offer(Figures(0.5, 1, 20)));
  EXPECT_EQ(selection.state().best->step, 20);
}

TEST(ModelSelectionTest, LowerLossIsBetter) {
  ModelSelection selection(PrimaryMetric::kLoss, std::nullopt);
  EXPECT_TRUE(selection.Offer(Accuracy(0.5)));
  EXPECT_TRUE(selection.Offer(Accuracy(0.6)));
  EXPECT_FALSE(selection.Offer(Accuracy(0.5)));
  EXPECT_EQ(selection.state().best->value, -0.6);
}

TEST(ModelSelectionTest, ANetworkThatGivesNoNumbersIsBelowAllOthers) {
  const double broken[] = {std::nan(""),
                           std::numeric_limits<double>::infinity()};
  for (PrimaryMetric metric :
       {PrimaryMetric::kLoss, PrimaryMetric::kAccuracy}) {
    for (double loss : broken) {
      ModelSelection selection(metric, std::nullopt);
      EXPECT_TRUE(selection.Offer(Figures(0.9, loss)));
      EXPECT_TRUE(selection.Offer(Figures(0.1, 5)));
      EXPECT_FALSE(selection.Offer(Figures(0.9, loss)));
      EXPECT_TRUE(selection.Offer(Figures(0.2, 4)));
    }
  }
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

TEST(ModelSelectionTest, ALowerLossAloneDoesNotPutOffTheEnd) {
  ModelSelection selection(PrimaryMetric::kAccuracy, EarlyStopping{2, 0});
  selection.Offer(Figures(0.5, 3));
  EXPECT_TRUE(selection.Offer(Figures(0.5, 2)));
  EXPECT_TRUE(selection.Offer(Figures(0.5, 1)));
  EXPECT_TRUE(selection.ShouldStop());
}

TEST(ModelSelectionTest, NoNumbersAreNoImprovement) {
  ModelSelection selection(PrimaryMetric::kLoss, EarlyStopping{2, 0});
  selection.Offer(Figures(0.5, std::nan("")));
  selection.Offer(Figures(0.5, std::nan("")));
  EXPECT_FALSE(selection.ShouldStop());
  selection.Offer(Figures(0.5, std::nan("")));
  EXPECT_TRUE(selection.ShouldStop());
  selection.Offer(Figures(0.5, 7));
  EXPECT_FALSE(selection.ShouldStop());
}

TEST(ModelSelectionTest, SmallGainsAreKeptButDoNotPutOffTheEnd) {
  ModelSelection selection(PrimaryMetric::kAccuracy, EarlyStopping{2, 0.1});
  selection.Offer(Accuracy(0.5));
  EXPECT_TRUE(selection.Offer(Accuracy(0.55)));
  EXPECT_TRUE(selection.Offer(Accuracy(0.6)));
  EXPECT_TRUE(selection.ShouldStop());
}

TEST(ModelSelectionTest, GoesOnWithWhatAnotherOneRemembered) {
  ModelSelection first(PrimaryMetric::kAccuracy, EarlyStopping{2, 0});
  first.Offer(Figures(0.5, 1, 10));
  first.Offer(Figures(0.5, 2, 20));
  ModelSelection second(PrimaryMetric::kAccuracy, EarlyStopping{2, 0});
  second.Restore(first.state());
  EXPECT_FALSE(second.Offer(Figures(0.5, 1.5, 30)));
  EXPECT_TRUE(second.ShouldStop());
  EXPECT_EQ(second.state().best->step, 10);
}

}  // namespace
}  // namespace tunesmith::worker
