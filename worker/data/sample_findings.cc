#include "worker/data/sample_findings.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/labels/label_text.h"

namespace tunesmith::worker {
namespace {

// Rows up to which a class is tiny.
constexpr int64_t kTinyClassRows = 2;
// Classes that get a finding of their own, of each kind.
constexpr int64_t kMaxClassFindings = 5;
// Largest class over smallest from which on classes are imbalanced.
constexpr int64_t kImbalanceRatio = 10;
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
           absl::StrCat("class ", ShowText(labels[largest]), " has ",
                        counts[largest], " rows and class ",
                        ShowText(labels[smallest]), " has ", counts[smallest]),
       .suggestion = "set class_weights to balanced, and look at macro F1"});
}

// Findings about one class each; many of them are summed up.
class ClassFindings {
 public:
  // `all` is what they have in common; `has` is for the sum: "no rows".
  ClassFindings(DataFinding all, std::string_view has)
      : all_(std::move(all)), has_(has) {}

  void Add(std::string message, int64_t count) {
    ++classes_;
    if (classes_ <= kMaxClassFindings) {
      found_.push_back(all_);
      found_.back().message = std::move(message);
      found_.back().count = count;
    } else {
      count_ += count;
    }
  }

  void Report(FindingLog& findings) {
    for (DataFinding& finding : found_) findings.Add(std::move(finding));
    if (classes_ <= kMaxClassFindings) return;
    all_.message = absl::StrCat("more classes that have ", std::string(has_),
                                ": ", classes_ - kMaxClassFindings);
    all_.count = count_;
    findings.Add(std::move(all_));
  }

 private:
  DataFinding all_;
  const std::string_view has_;
  std::vector<DataFinding> found_;
  int64_t classes_ = 0;
  int64_t count_ = 0;
};

}  // namespace

void FindClassProblems(const std::vector<std::string>& labels,
                       std::span<const int64_t> training_counts,
                       std::span<const int64_t> validation_counts,
                       FindingLog& findings) {
  bool any_validation =
      std::any_of(validation_counts.begin(), validation_counts.end(),
                  [](int64_t count) { return count > 0; });
  ClassFindings tiny({.code = FindingCode::kTinyClass,
                      .severity = FindingSeverity::kWarning,
                      .suggestion = "add rows of the class, or leave it out"},
                     "few training rows");
  ClassFindings unvalidated({.code = FindingCode::kClassWithoutValidation,
                             .severity = FindingSeverity::kNote,
                             .suggestion = "add rows of the class"},
                            "no validation row");
  for (size_t c = 0; c < labels.size(); ++c) {
    int64_t rows = training_counts[c];
    if (rows <= kTinyClassRows) {
      tiny.Add(absl::StrCat("class ", ShowText(labels[c]),
                            " has few training rows: ", rows),
               std::max<int64_t>(rows, 1));
    }
    if (any_validation && rows > 0 && validation_counts[c] == 0) {
      unvalidated.Add(
          absl::StrCat("class ", ShowText(labels[c]), " has no validation row"),
          1);
    }
  }
  tiny.Report(findings);
  unvalidated.Report(findings);
  FindImbalance(labels, training_counts, findings);
}

void FindRepeatedSamples(const std::vector<LabelledSample>& samples,
                         std::string_view noun, FindingLog& findings) {
  std::unordered_map<std::string_view, int64_t> first;
  int64_t count = 0;
  std::string example;
  for (const LabelledSample& row : samples) {
    auto [it, is_new] = first.try_emplace(row.sample, row.row);
    if (is_new) continue;
    if (count++ == 0) {
      example = absl::StrCat("rows ", it->second, " and ", row.row);
    }
  }
  if (count == 0) return;
  findings.Add({.code = FindingCode::kDuplicateRow,
                .severity = FindingSeverity::kNote,
                .message = absl::StrCat(
                    "training rows whose ", std::string(noun),
                    " an earlier one has: ", count, ", as in ", example),
                .suggestion = "keep one of them",
                .count = count});
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
      example = absl::StrCat("rows ", it->second->row, " and ", row.row,
                             " say ", ShowText(it->second->label), " and ",
                             ShowText(row.label));
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
