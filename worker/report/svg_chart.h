#ifndef TUNESMITH_WORKER_REPORT_SVG_CHART_H_
#define TUNESMITH_WORKER_REPORT_SVG_CHART_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/report/html_writer.h"

namespace tunesmith::worker {

struct ChartPoint {
  double x = 0;
  double y = 0;
};

struct ChartSeries {
  std::string name;
  // Of the style sheet: the line's colour.
  std::string css_class;
  // By ascending x. Those that are not finite are left out, and the line breaks
  // there.
  std::vector<ChartPoint> points;
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<ChartSeries> series;
  // A vertical line, and what it is.
  std::optional<double> marked_x;
  std::string mark;
  // Unset: as the points need it.
  std::optional<std::pair<double, double>> x_range;
  std::optional<std::pair<double, double>> y_range;
};

// Points of one series that are drawn, at most.
inline constexpr size_t kMaxChartPoints = 1000;

// Writes the chart as a figure with inline SVG and a legend; a remark in place
// of the SVG where there is nothing to draw.
void WriteChart(const Chart& chart, HtmlWriter& html);

// At most `most` of the points, the first and the last among them, evenly
// spread. `most` is at least 2.
std::vector<ChartPoint> ThinPoints(const std::vector<ChartPoint>& points,
                                   size_t most);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_SVG_CHART_H_
