#include "worker/report/chart_axis.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

constexpr double kTicks = 5;
constexpr int kMaxTicks = 12;
// Beyond it the length of a range might not be a number.
constexpr double kMaxValue = 1e300;
// Of a range's length to its values; labels would not tell less apart.
constexpr double kMinRelativeLength = 1e-4;
// Of a step: how far rounding may have moved a tick.
constexpr double kSlack = 1e-6;

// The range with a length that can be divided.
std::pair<double, double> SoundRange(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return {0, 1};
  low = std::clamp(low, -kMaxValue, kMaxValue);
  high = std::clamp(high, -kMaxValue, kMaxValue);
  double size = std::max(std::abs(low), std::abs(high));
  if (size < 1 / kMaxValue) return {-1, 1};
  if (high - low > size * kMinRelativeLength) return {low, high};
  return {low - size / 2, low + size / 2};
}

// 1, 2 or 5 times a power of ten: the smallest that is not below
// `length` / kTicks.
double RoundStep(double length) {
  double power = std::pow(10, std::floor(std::log10(length / kTicks)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power * kTicks >= length * (1 - kSlack)) return factor * power;
  }
  return 10 * power;
}

// With ticks at the multiples of `step`.
ChartAxis AxisOf(double low, double high, double step) {
  ChartAxis axis{.low = low, .high = high, .ticks = {}};
  double first = std::ceil(low / step - kSlack);
  for (int i = 0; i < kMaxTicks; ++i) {
    double tick = (first + i) * step;
    if (tick > high + step * kSlack) break;
    axis.ticks.push_back(std::clamp(tick, low, high));
  }
  return axis;
}

}  // namespace

ChartAxis MakeAxis(double low, double high) {
  auto [from, to] = SoundRange(low, high);
  return AxisOf(from, to, RoundStep(to - from));
}

ChartAxis MakeRoundedAxis(double low, double high) {
  auto [from, to] = SoundRange(low, high);
  double step = RoundStep(to - from);
  return AxisOf(std::floor(from / step + kSlack) * step,
                std::ceil(to / step - kSlack) * step, step);
}

std::string TickLabel(double tick) {
  if (tick == std::floor(tick) && std::abs(tick) < 1e9) {
    return absl::StrCat(static_cast<int64_t>(tick));
  }
  return absl::StrCat(tick);
}

}  // namespace tunesmith::worker
