#include "worker/report/svg_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "worker/report/chart_axis.h"

namespace tunesmith::worker {
namespace {

// In units of the drawing, which is scaled to the page.
constexpr double kWidth = 720;
constexpr double kHeight = 280;
constexpr double kLeft = 62;
constexpr double kRight = 690;
constexpr double kTop = 14;
constexpr double kBottom = 236;

// Series with no more points than these show each of them.
constexpr size_t kMaxDots = 30;

std::string Coordinate(double value) { return absl::StrFormat("%.1f", value); }

bool IsFinite(const ChartPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

// From values to the drawing.
struct Scales {
  ChartAxis x;
  ChartAxis y;

  double AcrossOf(double value) const {
    return kLeft + x.PositionOf(value) * (kRight - kLeft);
  }
  double DownOf(double value) const {
    return kBottom - y.PositionOf(value) * (kBottom - kTop);
  }
};

// Nothing when no point is finite.
std::optional<Scales> FitScales(const Chart& chart) {
  std::vector<ChartPoint> points;
  for (const ChartSeries& series : chart.series) {
    std::copy_if(series.points.begin(), series.points.end(),
                 std::back_inserter(points), IsFinite);
  }
  if (points.empty()) return std::nullopt;
  auto [left, right] = std::minmax_element(
      points.begin(), points.end(),
      [](const auto& a, const auto& b) { return a.x < b.x; });
  auto [lowest, highest] = std::minmax_element(
      points.begin(), points.end(),
      [](const auto& a, const auto& b) { return a.y < b.y; });
  auto x = chart.x_range.value_or(std::pair(left->x, right->x));
  return Scales{.x = MakeAxis(x.first, x.second),
                .y = chart.y_range.has_value()
                         ? MakeAxis(chart.y_range->first, chart.y_range->second)
                         : MakeRoundedAxis(lowest->y, highest->y)};
}

void WriteLine(double x1, double y1, double x2, double y2,
               const char* css_class, HtmlWriter& html) {
  html.AddVoid("line", {{"x1", Coordinate(x1)},
                        {"y1", Coordinate(y1)},
                        {"x2", Coordinate(x2)},
                        {"y2", Coordinate(y2)},
                        {"class", css_class}});
}

void WriteLabel(double x, double y, const char* anchor, const std::string& text,
                HtmlWriter& html) {
  html.Add(
      "text", text,
      {{"x", Coordinate(x)}, {"y", Coordinate(y)}, {"text-anchor", anchor}});
}

void WriteAxes(const Chart& chart, const Scales& scales, HtmlWriter& html) {
  for (double tick : scales.y.ticks) {
    double y = scales.DownOf(tick);
    WriteLine(kLeft, y, kRight, y, "grid", html);
    WriteLabel(kLeft - 8, y + 4, "end", TickLabel(tick), html);
  }
  for (double tick : scales.x.ticks) {
    double x = scales.AcrossOf(tick);
    WriteLine(x, kBottom, x, kBottom + 5, "axis", html);
    WriteLabel(x, kBottom + 19, "middle", TickLabel(tick), html);
  }
  WriteLine(kLeft, kBottom, kRight, kBottom, "axis", html);
  WriteLabel((kLeft + kRight) / 2, kHeight - 6, "middle", chart.x_label, html);
  double middle = (kTop + kBottom) / 2;
  html.Add("text", chart.y_label,
           {{"x", "14"},
            {"y", Coordinate(middle)},
            {"text-anchor", "middle"},
            {"transform", absl::StrCat("rotate(-90 14 ", middle, ")")}});
}

void WriteMark(const Chart& chart, const Scales& scales, HtmlWriter& html) {
  if (!chart.marked_x.has_value()) return;
  double x =
      scales.AcrossOf(std::clamp(*chart.marked_x, scales.x.low, scales.x.high));
  WriteLine(x, kTop, x, kBottom, "mark", html);
  bool is_left = x < (kLeft + kRight) / 2;
  WriteLabel(is_left ? x + 5 : x - 5, kTop + 9, is_left ? "start" : "end",
             chart.mark, html);
}

void WriteSeries(const ChartSeries& series, const Scales& scales,
                 HtmlWriter& html) {
  std::vector<ChartPoint> points = ThinPoints(series.points, kMaxChartPoints);
  std::string path;
  bool pen_is_down = false;
  for (const ChartPoint& point : points) {
    if (IsFinite(point)) {
      absl::StrAppend(&path, pen_is_down ? "L" : "M",
                      Coordinate(scales.AcrossOf(point.x)), " ",
                      Coordinate(scales.DownOf(point.y)),
                      // A line without length is a dot: a point alone is seen.
                      pen_is_down ? "" : "h0");
    }
    pen_is_down = IsFinite(point);
  }
  html.AddVoid("path", {{"d", path}, {"class", series.css_class}});
  if (points.size() > kMaxDots) return;
  for (const ChartPoint& point : points) {
    if (!IsFinite(point)) continue;
    HtmlElement dot(html, "circle",
                    {{"cx", Coordinate(scales.AcrossOf(point.x))},
                     {"cy", Coordinate(scales.DownOf(point.y))},
                     {"r", "3"},
                     {"class", series.css_class}});
    html.Add("title", absl::StrFormat("%s: %.6g at %.6g", series.name, point.y,
                                      point.x));
  }
}

void WriteLegend(const Chart& chart, HtmlWriter& html) {
  HtmlElement legend(html, "p", {{"class", "legend"}});
  for (const ChartSeries& series : chart.series) {
    html.Add("span", series.name, {{"class", "key " + series.css_class}});
  }
}

}  // namespace

std::vector<ChartPoint> ThinPoints(const std::vector<ChartPoint>& points,
                                   size_t most) {
  if (points.size() <= most) return points;
  std::vector<ChartPoint> thinned;
  for (size_t i = 0; i < most; ++i) {
    thinned.push_back(points[i * (points.size() - 1) / (most - 1)]);
  }
  return thinned;
}

void WriteChart(const Chart& chart, HtmlWriter& html) {
  HtmlElement figure(html, "figure");
  html.Add("figcaption", chart.title);
  std::optional<Scales> scales = FitScales(chart);
  if (!scales.has_value()) {
    html.Add("p", "There are no values to draw.", {{"class", "remark"}});
    return;
  }
  WriteLegend(chart, html);
  HtmlElement svg(html, "svg",
                  {{"viewBox", absl::StrCat("0 0 ", kWidth, " ", kHeight)},
                   {"role", "img"},
                   {"aria-label", chart.title}});
  WriteAxes(chart, *scales, html);
  WriteMark(chart, *scales, html);
  for (const ChartSeries& series : chart.series) {
    WriteSeries(series, *scales, html);
  }
}

}  // namespace tunesmith::worker
