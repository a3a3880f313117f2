#include "server/jobs/parameter_pattern.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/nearest_name.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxPatternBytes = 256;

}  // namespace

// Only the last `*` ever needs to be tried again with a longer run: an earlier
// one that took more would leave the later pattern less to match.
bool GlobMatches(const std::string& pattern, const std::string& name) {
  size_t p = 0, n = 0;
  size_t star = std::string::npos, star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void CheckPattern(const std::string& pattern, const FieldScope& field) {
  if (pattern.empty()) {
    field.Add("", "a pattern must not be empty");
  } else if (pattern.size() > kMaxPatternBytes) {
    field.Add("", absl::StrCat("must be at most ", kMaxPatternBytes,
                               " bytes, got: ", pattern.size()));
  }
}

void CheckPatternMatches(const std::string& pattern,
                         const std::vector<std::string>& names,
                         const FieldScope& field) {
  bool used = std::any_of(
      names.begin(), names.end(),
      [&](const std::string& name) { return GlobMatches(pattern, name); });
  if (used) return;
  std::string text = "matches no parameter: " + Quoted(pattern);
  std::string nearest = NearestName(pattern, names);
  if (!nearest.empty()) text += " (did you mean " + Quoted(nearest) + "?)";
  field.Add("", text);
}

}  // namespace tunesmith::server
