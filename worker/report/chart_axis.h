#ifndef TUNESMITH_WORKER_REPORT_CHART_AXIS_H_
#define TUNESMITH_WORKER_REPORT_CHART_AXIS_H_

#include <string>
#include <vector>

namespace tunesmith::worker {

// A range of values, and round numbers in it to label it with. `low` is below
// `high`, both are finite.
struct ChartAxis {
  double low = 0;
  double high = 1;
  // At most 12, ascending, from `low` to `high`.
  std::vector<double> ticks;

  // 0 at `low`, 1 at `high`.
  double PositionOf(double value) const { return (value - low) / (high - low); }
};

// The axis of exactly this range; of one around it where `high` is not clearly
// above `low`; of 0 to 1 where one of them is not finite.
ChartAxis MakeAxis(double low, double high);

// As MakeAxis, with both ends moved out to round numbers.
ChartAxis MakeRoundedAxis(double low, double high);

// A tick in at most six digits; whole numbers below a thousand million in full.
std::string TickLabel(double tick);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_CHART_AXIS_H_
