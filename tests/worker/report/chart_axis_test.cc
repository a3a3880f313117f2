#include "worker/report/chart_axis.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void ExpectSound(const ChartAxis& axis) {
  EXPECT_TRUE(std::isfinite(axis.low)) << axis.low;
  EXPECT_TRUE(std::isfinite(axis.high)) << axis.high;
  EXPECT_LT(axis.low, axis.high);
  EXPECT_GE(axis.ticks.size(), 2u);
  EXPECT_LE(axis.ticks.size(), 12u);
  double before = -kInfinity;
  for (double tick : axis.ticks) {
    EXPECT_GT(tick, before);
    EXPECT_GE(axis.PositionOf(tick), 0);
    EXPECT_LE(axis.PositionOf(tick), 1);
    before = tick;
  }
}

TEST(ChartAxisTest, KeepsItsRange) {
  ChartAxis axis = MakeAxis(1, 93);
  EXPECT_EQ(axis.low, 1);
  EXPECT_EQ(axis.high, 93);
  EXPECT_THAT(axis.ticks, ElementsAre(20, 40, 60, 80));
  EXPECT_EQ(axis.PositionOf(1), 0);
  EXPECT_EQ(axis.PositionOf(47), 0.5);
  EXPECT_EQ(axis.PositionOf(93), 1);
}

TEST(ChartAxisTest, RoundsItsEnds) {
  ChartAxis axis = MakeRoundedAxis(0.13, 0.98);
  EXPECT_THAT(axis.low, DoubleNear(0, 1e-12));
  EXPECT_THAT(axis.high, DoubleNear(1, 1e-12));
  EXPECT_EQ(axis.ticks.size(), 6u);
}

TEST(ChartAxisTest, AnyRangeMakesASoundOne) {
  const double values[] = {0,     -0.0, 1,     -1,    0.25,      5e-5,
                           1e-12, 1e30, -1e30, 1e308, -1e308,    5e-324,
                           1e6,   1e9,  kNan,  3.7,   kInfinity, -kInfinity};
  for (double low : values) {
    for (double high : values) {
      SCOPED_TRACE(testing::Message() << low << " to " << high);
      ExpectSound(MakeAxis(low, high));
      ExpectSound(MakeRoundedAxis(low, high));
    }
  }
}

TEST(ChartAxisTest, EqualValuesAreInTheMiddle) {
  for (double value : {3.0, -3.0, 0.0, 1e-9}) {
    EXPECT_DOUBLE_EQ(MakeAxis(value, value).PositionOf(value), 0.5) << value;
  }
  EXPECT_DOUBLE_EQ(MakeAxis(1, 1 + 1e-9).PositionOf(1), 0.5);
}

TEST(ChartAxisTest, LabelsAreShort) {
  EXPECT_EQ(TickLabel(0.1 + 0.2), "0.3");
  EXPECT_EQ(TickLabel(1200000), "1200000");
  EXPECT_EQ(TickLabel(5e-05), "5e-05");
  EXPECT_EQ(TickLabel(-0.0), "0");
}

}  // namespace
}  // namespace tunesmith::worker
