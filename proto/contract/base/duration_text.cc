#include "proto/contract/base/duration_text.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tunesmith {
namespace {

struct Unit {
  char name;
  absl::Duration length;
};

constexpr Unit kUnits[] = {{'d', absl::Hours(24)},
                           {'h', absl::Hours(1)},
                           {'m', absl::Minutes(1)},
                           {'s', absl::Seconds(1)}};
constexpr absl::Duration kLongest = absl::Hours(24 * 3653);
// More digits are more than ten years in any unit.
constexpr size_t kMaxDigits = 9;

absl::Status NotADuration(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected a duration such as 7d, 12h, 1d12h or 90m, of at "
                   "most ten years, "
                   "got: ",
                   std::string(text.substr(0, 64))));
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDurationText(std::string_view text) {
  if (text == "0") return absl::ZeroDuration();
  absl::Duration sum;
  std::string_view rest = text;
  for (const Unit& unit : kUnits) {
    size_t digits = rest.find_first_not_of("0123456789");
    if (digits == std::string_view::npos || rest[digits] != unit.name) continue;
    if (digits == 0 || digits > kMaxDigits) return NotADuration(text);
    int64_t count = 0;
    for (char c : rest.substr(0, digits)) count = count * 10 + (c - '0');
    sum += count * unit.length;
    rest.remove_prefix(digits + 1);
  }
  if (text.empty() || !rest.empty() || sum > kLongest) {
    return NotADuration(text);
  }
  return sum;
}

absl::StatusOr<std::optional<absl::Duration>> ParseRetentionText(
    std::string_view text) {
  if (text == "forever") return std::nullopt;
  absl::StatusOr<absl::Duration> duration = ParseDurationText(text);
  if (duration.ok()) return *duration;
  return absl::InvalidArgumentError(
      absl::StrCat("forever, or: ", duration.status().message()));
}

}  // namespace tunesmith
