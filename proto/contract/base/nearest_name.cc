#include "proto/contract/base/nearest_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace tunesmith {
namespace {

constexpr size_t kMaxBytes = 128;
constexpr size_t kMaxCandidates = 1024;

// Up to one slip for every four bytes, and one for the shortest names.
size_t Tolerance(std::string_view name) { return 1 + name.size() / 4; }

std::string Folded(std::string_view name) {
  std::string folded(name);
  absl::StripAsciiWhitespace(&folded);
  absl::AsciiStrToLower(&folded);
  return folded;
}

bool IsComparable(std::string_view name) {
  return !name.empty() && name.size() <= kMaxBytes;
}

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  // Rows i - 2, i - 1 and i of the table of distances between prefixes.
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      bool same = a[i - 1] == b[j - 1];
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string NearestName(std::string_view name,
                        const std::vector<std::string>& candidates) {
  if (!IsComparable(name)) return "";
  const std::string target = Folded(name);
  const std::string* nearest = nullptr;
  size_t least = Tolerance(target) + 1;
  size_t count = std::min(candidates.size(), kMaxCandidates);
  for (size_t i = 0; i < count; ++i) {
    if (!IsComparable(candidates[i])) continue;
    const std::string candidate = Folded(candidates[i]);
    size_t longer = std::max(target.size(), candidate.size());
    size_t shorter = std::min(target.size(), candidate.size());
    if (longer - shorter >= least) continue;
    size_t distance = EditDistance(target, candidate);
    // A name of which nothing is left is no hint.
    if (distance < least && distance < longer) {
      least = distance;
      nearest = &candidates[i];
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

}  // namespace tunesmith
