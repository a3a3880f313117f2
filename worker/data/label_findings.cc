#include "worker/data/label_findings.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/labels/label_text.h"

namespace tunesmith::worker {
namespace {

// Groups of labels that get a finding of their own.
constexpr size_t kMaxGroups = 20;
// Labels that a message shows.
constexpr size_t kShownLabels = 8;
// Different numbers from which on classes are doubtful: with fractions, and
// whole ones that hardly occur twice.
constexpr size_t kManyFractions = 10;
constexpr size_t kManyWholes = 50;
constexpr int64_t kFewRowsEach = 3;

// A label and its rows.
using Counted = std::pair<std::string, int64_t>;

std::string Listed(const std::vector<Counted>& labels) {
  std::string text = absl::StrJoin(
      labels.begin(), labels.begin() + std::min(labels.size(), kShownLabels),
      ", ", [](std::string* out, const Counted& label) {
        absl::StrAppend(out, ShowText(label.first), " (", label.second,
                        label.second == 1 ? " row)" : " rows)");
      });
  if (labels.size() > kShownLabels) {
    absl::StrAppend(&text, " and ", labels.size() - kShownLabels, " more");
  }
  return text;
}

int64_t RowsOf(const std::vector<Counted>& labels) {
  int64_t rows = 0;
  for (const Counted& label : labels) rows += label.second;
  return rows;
}

// What would make one label of a group; empty when nothing does.
std::string RemedyFor(const std::vector<Counted>& group) {
  for (auto [normalization, name] :
       {std::pair(LabelNormalization::kTrim, "TRIM"),
        std::pair(LabelNormalization::kFold, "FOLD")}) {
    const std::string key = LabelKey(group[0].first, normalization);
    if (std::all_of(group.begin(), group.end(), [&](const Counted& label) {
          return LabelKey(label.first, normalization) == key;
        })) {
      return absl::StrCat("set data.cleaning.label_normalization to ", name,
                          " where they mean the same");
    }
  }
  return "correct those that mean the same";
}

void FindSimilar(const std::map<std::string, int64_t>& counts,
                 FindingLog& findings) {
  std::map<std::string, std::vector<Counted>> groups;
  for (const Counted label : counts) {
    groups[SimilarityKey(label.first)].push_back(label);
  }
  size_t found = 0;
  int64_t more_rows = 0;
  for (auto& [key, group] : groups) {
    if (group.size() < 2) continue;
    if (++found > kMaxGroups) {
      more_rows += RowsOf(group);
      continue;
    }
    std::stable_sort(
        group.begin(), group.end(),
        [](const Counted& a, const Counted& b) { return a.second > b.second; });
    findings.Add({.code = FindingCode::kSimilarLabels,
                  .severity = FindingSeverity::kWarning,
                  .message = absl::StrCat(
                      "labels that differ only in ",
                      std::string(DifferenceOf(group[0].first, group[1].first)),
                      " are different classes: ", Listed(group)),
                  .suggestion = RemedyFor(group),
                  .count = RowsOf(group)});
  }
  if (found <= kMaxGroups) return;
  findings.Add({.code = FindingCode::kSimilarLabels,
                .severity = FindingSeverity::kWarning,
                .message = absl::StrCat("more groups of labels that hardly "
                                        "differ: ",
                                        found - kMaxGroups),
                .suggestion = "look at data.cleaning.label_normalization",
                .count = more_rows});
}

void FindMissing(const std::map<std::string, int64_t>& counts,
                 FindingLog& findings) {
  std::vector<Counted> missing;
  for (const Counted label : counts) {
    if (ReadsAsMissing(label.first)) missing.push_back(label);
  }
  if (missing.empty()) return;
  findings.Add(
      {.code = FindingCode::kMissingValueLabel,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat("labels that read like a missing value are "
                               "classes of their own: ",
                               Listed(missing)),
       .suggestion = "leave the rows out, or rename the label if it is a class",
       .count = RowsOf(missing)});
}

void FindRegression(const std::map<std::string, int64_t>& counts,
                    FindingLog& findings) {
  bool any_fraction = false;
  int64_t rows = 0;
  for (const auto& [label, count] : counts) {
    const std::optional<std::string> number = ShortestNumber(label);
    if (!number.has_value()) return;
    any_fraction |= !IsWhole(*number);
    rows += count;
  }
  const auto distinct = static_cast<int64_t>(counts.size());
  const bool many = any_fraction ? counts.size() >= kManyFractions
                                 : counts.size() >= kManyWholes &&
                                       rows < kFewRowsEach * distinct;
  if (!many) return;
  findings.Add({.code = FindingCode::kRegressionLabels,
                .severity = FindingSeverity::kWarning,
                .message = absl::StrCat("the labels look like numbers to be "
                                        "predicted and not like classes: ",
                                        distinct, " different numbers in ",
                                        rows, " rows"),
                .suggestion =
                    "is it the right column? sort the numbers into classes, "
                    "each of which is learnt on its own",
                .count = rows});
}

}  // namespace

void FindLabelProblems(const std::map<std::string, int64_t>& counts,
                       FindingLog& findings) {
  FindSimilar(counts, findings);
  FindMissing(counts, findings);
  FindRegression(counts, findings);
}

}  // namespace tunesmith::worker
