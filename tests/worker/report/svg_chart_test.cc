#include "worker/report/svg_chart.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string Render(const Chart& chart) {
  HtmlWriter html;
  WriteChart(chart, html);
  return html.html();
}

std::string RenderPoints(std::vector<ChartPoint> points) {
  Chart chart;
  chart.title = "Loss";
  chart.x_label = "steps";
  chart.y_label = "nats";
  chart.series = {{"training", "c1", std::move(points)}};
  return Render(chart);
}

size_t Count(const std::string& html, const char* what) {
  return std::vector<std::string>(absl::StrSplit(html, what)).size() - 1;
}

// What the only line of a chart draws.
std::string PathOf(const std::string& html) {
  size_t begin = html.find("<path d=\"") + 9;
  return html.substr(begin, html.find('"', begin) - begin);
}

TEST(SvgChartTest, WithoutPointsThereIsARemark) {
  for (const auto& points :
       {std::vector<ChartPoint>(), std::vector<ChartPoint>{{1, kNan}}}) {
    std::string html = RenderPoints(points);
    EXPECT_THAT(html, HasSubstr("no values"));
    EXPECT_THAT(html, Not(HasSubstr("<svg")));
  }
}

TEST(SvgChartTest, ScalesToTheDrawing) {
  std::string html = RenderPoints({{0, 0}, {10, 1}, {20, 0.5}});
  EXPECT_EQ(PathOf(html), "M62.0 236.0h0L376.0 14.0L690.0 125.0");
  EXPECT_THAT(html, HasSubstr(">steps</text>"));
  EXPECT_THAT(html, HasSubstr(">nats</text>"));
  EXPECT_THAT(html, HasSubstr(">20</text>"));
  EXPECT_THAT(html, HasSubstr(">0.6</text>"));
}

TEST(SvgChartTest, OnePointAndEqualValuesAreInTheMiddle) {
  EXPECT_EQ(PathOf(RenderPoints({{7, 3}})), "M376.0 125.0h0");
  EXPECT_EQ(PathOf(RenderPoints({{0, 3}, {2, 3}})),
            "M62.0 125.0h0L690.0 125.0");
}

TEST(SvgChartTest, LinesBreakAtWhatIsNotFinite) {
  std::string html = RenderPoints({{0, 0},
                                   {1, 1},
                                   {2, kNan},
                                   {3, std::numeric_limits<double>::infinity()},
                                   {4, 1}});
  EXPECT_EQ(PathOf(html), "M62.0 236.0h0L219.0 14.0M690.0 14.0h0");
  EXPECT_EQ(Count(html, "<circle"), 3u);
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("inf")));
}

TEST(SvgChartTest, MarksAStep) {
  Chart chart;
  chart.series = {{"a", "c1", {{0, 0}, {100, 1}}}};
  EXPECT_THAT(Render(chart), Not(HasSubstr("class=\"mark\"")));
  chart.marked_x = 50;
  chart.mark = "best: <b>";
  EXPECT_THAT(Render(chart), HasSubstr("x1=\"376.0\" y1=\"14.0\" x2=\"376.0\" "
                                       "y2=\"236.0\" class=\"mark\""));
  EXPECT_THAT(Render(chart), HasSubstr(">best: &lt;b&gt;</text>"));
  chart.marked_x = 1e9;
  EXPECT_THAT(Render(chart), HasSubstr("x1=\"690.0\" y1=\"14.0\""));
}

TEST(SvgChartTest, DrawsABoundedNumberOfPoints) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 50000; ++i) {
    points.push_back({static_cast<double>(i), std::sin(i)});
  }
  std::string html = RenderPoints(points);
  EXPECT_EQ(Count(PathOf(html), "L"), kMaxChartPoints - 1);
  EXPECT_LT(html.size(), 20000u);
}

TEST(ThinPointsTest, KeepsTheEnds) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 11; ++i) points.push_back({static_cast<double>(i), 0});
  EXPECT_THAT(ThinPoints(points, 11), SizeIs(11));
  std::vector<ChartPoint> thinned = ThinPoints(points, 3);
  ASSERT_THAT(thinned, SizeIs(3));
  EXPECT_EQ(thinned[0].x, 0);
  EXPECT_EQ(thinned[1].x, 5);
  EXPECT_EQ(thinned[2].x, 10);
}

}  // namespace
}  // namespace tunesmith::worker
