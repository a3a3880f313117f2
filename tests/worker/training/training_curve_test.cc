#include "worker/training/training_curve.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr int64_t kMost = TrainingCurve::kMaxPoints;

void AddSteps(TrainingCurve& curve, int64_t first, int64_t last) {
  for (int64_t step = first; step <= last; ++step) {
    double number = static_cast<double>(step);
    curve.Add(step, 1 / number, number);
  }
}

TEST(TrainingCurveTest, ShowsEveryStepOfAShortRun) {
  TrainingCurve curve;
  EXPECT_THAT(curve.Points(), IsEmpty());
  curve.Add(1, 0.75, 1e-3);
  curve.Add(2, 0.5, 2e-3);
  EXPECT_THAT(curve.Points(), ElementsAre(FieldsAre(1, 1, 0.75, 1e-3),
                                          FieldsAre(2, 1, 0.5, 2e-3)));
}

TEST(TrainingCurveTest, JoinsStepsOfALongRun) {
  TrainingCurve curve;
  AddSteps(curve, 1, kMost);
  EXPECT_THAT(curve.Points(), SizeIs(kMost));
  curve.Add(kMost + 1, 7, 9);
  std::vector<TrainingPoint> points = curve.Points();
  ASSERT_THAT(points, SizeIs(kMost / 2 + 1));
  EXPECT_THAT(points.front(), FieldsAre(2, 2, (1 + 1.0 / 2) / 2, 2));
  // Not full yet.
  EXPECT_THAT(points.back(), FieldsAre(kMost + 1, 1, 7, 9));
  curve.Add(kMost + 2, 8, 10);
  EXPECT_THAT(curve.Points().back(), FieldsAre(kMost + 2, 2, 7.5, 10));
}

TEST(TrainingCurveTest, NeverHasTooManyPoints) {
  TrainingCurve curve;
  for (int64_t step = 1; step <= 20 * kMost; ++step) {
    curve.Add(step, 1, 1);
    ASSERT_THAT(curve.spans(), SizeIs(Le(kMost)));
  }
  EXPECT_EQ(curve.Points().back().step, 20 * kMost);
  EXPECT_EQ(curve.Points().back().loss, 1);
}

TEST(TrainingCurveTest, GoesOnAsIfItHadNeverStopped) {
  TrainingCurve whole;
  AddSteps(whole, 1, 5 * kMost + 3);
  for (int64_t stop : {int64_t{0}, int64_t{1}, kMost, kMost + 1, 3 * kMost}) {
    TrainingCurve before;
    AddSteps(before, 1, stop);
    TrainingCurve after(before.spans());
    AddSteps(after, stop + 1, 5 * kMost + 3);
    std::vector<TrainingPoint> expected = whole.Points();
    std::vector<TrainingPoint> points = after.Points();
    ASSERT_EQ(points.size(), expected.size());
    for (size_t i = 0; i < points.size(); ++i) {
      EXPECT_EQ(points[i].step, expected[i].step);
      EXPECT_EQ(points[i].steps, expected[i].steps);
      EXPECT_EQ(points[i].loss, expected[i].loss);
      EXPECT_EQ(points[i].learning_rate, expected[i].learning_rate);
    }
  }
}

}  // namespace
}  // namespace tunesmith::worker
