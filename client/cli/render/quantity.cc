#include "client/cli/render/quantity.h"

#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tunesmith::cli {
namespace {

struct Unit {
  int64_t seconds;
  const char* name;
};

constexpr std::array<Unit, 4> kUnits = {
    {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}};

// The largest unit that fits, and the next one where `two` is true.
std::string InUnits(int64_t seconds, bool two) {
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (seconds < kUnits[i].seconds && i + 1 < kUnits.size()) continue;
    std::string text =
        absl::StrCat(seconds / kUnits[i].seconds, kUnits[i].name);
    int64_t rest = seconds % kUnits[i].seconds;
    if (two && i + 1 < kUnits.size() && rest >= kUnits[i + 1].seconds) {
      absl::StrAppend(&text, " ", rest / kUnits[i + 1].seconds,
                      kUnits[i + 1].name);
    }
    return text;
  }
  return "-";
}

}  // namespace

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string FormatAge(const google::protobuf::Timestamp& since,
                      absl::Time now) {
  if (since.seconds() == 0) return "-";
  // The server's clock may be ahead of this one.
  absl::Duration age = std::max(now - ToTime(since), absl::ZeroDuration());
  return InUnits(absl::ToInt64Seconds(age), /*two=*/false);
}

std::string FormatElapsed(absl::Duration duration) {
  if (duration < absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return "-";
  }
  return InUnits(absl::ToInt64Seconds(duration), /*two=*/true);
}

std::string FormatElapsed(const google::protobuf::Duration& duration) {
  return FormatElapsed(absl::Seconds(duration.seconds()) +
                       absl::Nanoseconds(duration.nanos()));
}

std::string FormatTime(const google::protobuf::Timestamp& time,
                       absl::TimeZone zone) {
  if (time.seconds() == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", ToTime(time), zone);
}

std::string FormatBytes(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  constexpr std::array<const char*, 5> kNames = {"KiB", "MiB", "GiB", "TiB",
                                                 "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // 1023.95 would be shown as 1024.0.
  while (value >= 1023.95 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kNames[unit]);
}

std::string FormatCount(int64_t count) {
  std::string digits = absl::StrCat(count);
  size_t first = count < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string FormatEnergy(double joules) {
  constexpr double kWattHour = 3600;
  if (!std::isfinite(joules) || joules < 0) return "-";
  if (joules < 1000) return absl::StrFormat("%.0f J", joules);
  if (joules < 1e5) return absl::StrFormat("%.1f kJ", joules / 1000);
  double hours = joules / kWattHour;
  if (hours < 1000) return absl::StrFormat("%.1f Wh", hours);
  return absl::StrFormat("%.2f kWh", hours / 1000);
}

std::string FormatShare(double share) {
  if (!std::isfinite(share)) return "-";
  return absl::StrFormat("%.1f%%", share * 100);
}

std::string FormatFigure(double value) {
  return absl::StrFormat("%.4g", value);
}

}  // namespace tunesmith::cli
