#include "worker/data/closest_name.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"

namespace tunesmith::worker {
namespace {

// Names that are longer or more are not compared: the table of distances would
// cost more than the hint is worth.
constexpr size_t kMaxLength = 64;
constexpr size_t kMaxNames = 1024;

std::string Normalized(std::string_view name) {
  std::string result(name);
  absl::StripAsciiWhitespace(&result);
  absl::AsciiStrToLower(&result);
  return result;
}

// Levenshtein distance, row by row.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string ClosestName(std::string_view wanted,
                        const std::vector<std::string>& names) {
  std::string target = Normalized(wanted);
  if (target.size() > kMaxLength) return "";
  size_t best = std::max<size_t>(target.size() / 3, 1) + 1;
  std::string result;
  for (size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) {
    std::string name = Normalized(names[i]);
    if (name.empty() || name.size() > kMaxLength) continue;
    size_t distance = Distance(target, name);
    // One character away from a name of one character is anything.
    if (distance < best && distance < name.size()) {
      best = distance;
      result = names[i];
    }
  }
  return result;
}

}  // namespace tunesmith::worker
