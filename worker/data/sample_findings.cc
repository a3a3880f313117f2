#include "worker/data/sample_findings.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith::worker {
namespace {

// Rows up to which a class is tiny.
constexpr int64_t kTinyClassRows = 2;
// Largest class over smallest from which on classes are imbalanced.
constexpr int64_t kImbalanceRatio = 10;
// Bytes of a label that a message shows.
constexpr size_t kShownBytes = 100;

std::string Shown(const std::string& label) {
  return absl::StrCat("\"", std::string(CutAtCharacter(label, kShownBytes)),
                      "\"");
}

void FindImbalance(const std::vector<std::string>& labels,
                   std::span<const int64_t> counts, FindingLog& findings) {
  size_t smallest = 0;
  size_t largest = 0;
  for (size_t c = 1; c < counts.size(); ++c) {
    if (counts[c] < counts[smallest]) smallest = c;
    if (counts[c] > counts[largest]) largest = c;
  }
  if (counts.empty() || counts[largest] == counts[smallest] ||
      counts[largest] < kImbalanceRatio * counts[smallest]) {
    return;
  }
  findings.Add(
      {.code = FindingCode::kClassImbalance,
       .severity = FindingSeverity::kWarning,
       .message =
           absl::StrCat("class ", Shown(labels[largest]), " has ",
                        counts[largest], " rows and class ",
                        Shown(labels[smallest]), " has ", counts[smallest]),
       .suggestion = "set class_weights to balanced, and look at macro F1"});
}

}  // namespace

void FindClassProblems(const std::vector<std::string>& labels,
                       std::span<const int64_t> training_counts,
                       std::span<const int64_t> validation_counts,
                       FindingLog& findings) {
  bool any_validation =
      std::any_of(validation_counts.begin(), validation_counts.end(),
                  [](int64_t count) { return count > 0; });
  for (size_t c = 0; c < labels.size(); ++c) {
    int64_t rows = training_counts[c];
    if (rows <= kTinyClassRows) {
      findings.Add({.code = FindingCode::kTinyClass,
                    .severity = FindingSeverity::kWarning,
                    .message = absl::StrCat("class ", Shown(labels[c]),
                                            " has few training rows: ", rows),
                    .suggestion = "add rows of the class, or leave it out",
                    .count = std::max<int64_t>(rows, 1)});
    }
    if (any_validation && rows > 0 && validation_counts[c] == 0) {
      findings.Add({.code = FindingCode::kClassWithoutValidation,
                    .severity = FindingSeverity::kNote,
                    .message = absl::StrCat("class ", Shown(labels[c]),
                                            " has no validation row"),
                    .suggestion = "add rows of the class"});
    }
  }
  FindImbalance(labels, training_counts, findings);
}

void FindConflictingLabels(const std::vector<LabelledSample>& samples,
                           std::string_view noun, FindingLog& findings) {
  std::unordered_map<std::string_view, const LabelledSample*> first;
  std::unordered_set<std::string_view> conflicting;
  std::string example;
  for (const LabelledSample& row : samples) {
    auto [it, is_new] = first.try_emplace(row.sample, &row);
    if (is_new || it->second->label == row.label) continue;
    if (conflicting.insert(row.sample).second && example.empty()) {
      example =
          absl::StrCat("rows ", it->second->row, " and ", row.row, " say ",
                       Shown(it->second->label), " and ", Shown(row.label));
    }
  }
  if (conflicting.empty()) return;
  findings.Add(
      {.code = FindingCode::kConflictingLabel,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat(std::string(noun), "s with different labels: ",
                               conflicting.size(), "; ", example),
       .suggestion =
           absl::StrCat("decide on one label for each ", std::string(noun)),
       .count = static_cast<int64_t>(conflicting.size())});
}

void FindSplitOverlap(const std::vector<LabelledSample>& training,
                      const std::vector<LabelledSample>& other,
                      std::string_view noun, std::string_view split,
                      FindingLog& findings) {
  std::unordered_set<std::string_view> known;
  for (const LabelledSample& row : training) known.insert(row.sample);
  int64_t count = 0;
  int64_t first_row = 0;
  for (const LabelledSample& row : other) {
    if (!known.contains(row.sample)) continue;
    if (count++ == 0) first_row = row.row;
  }
  if (count == 0) return;
  findings.Add(
      {.code = FindingCode::kSplitOverlap,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat("rows of ", std::string(split), " data whose ",
                               std::string(noun), " is in training data too: ",
                               count, ", the first is row ", first_row),
       .suggestion = "remove them: they make figures look better than they are",
       .count = count});
}

void FindTruncatedTexts(int64_t truncated, int64_t rows, int max_length,
                        std::string_view split, FindingLog& findings) {
  if (truncated == 0) return;
  findings.Add({.code = FindingCode::kTruncatedText,
                .severity = FindingSeverity::kNote,
                .message = absl::StrCat(
                    truncated, " of ", rows, " texts of ", std::string(split),
                    " data were cut to ", max_length, " tokens"),
                .suggestion = "raise max_length if what matters comes late",
                .count = truncated});
}

}  // namespace tunesmith::worker
