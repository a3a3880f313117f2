#include "worker/data/data_totals.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/labels/label_text.h"
#include "worker/data/labels.h"

namespace tunesmith::worker {
namespace {

// Labels of rows that were left out: any text can stand in their column.
constexpr size_t kMaxDroppedLabels = 65536;
// What may be lost without a warning.
constexpr double kLittleOfAll = 0.01;
constexpr double kLittleOfClass = 0.05;
// Classes that a sentence names.
constexpr size_t kNamedClasses = 5;

double ShareOf(int64_t part, int64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

std::string Percent(double share) {
  const double percent = std::round(share * 1000) / 10;
  if (percent == 0 && share > 0) return "under 0.1 %";
  return absl::StrCat(percent, " %");
}

struct Cause {
  FindingCode code;
  const char* name;
  const char* what;
};
constexpr Cause kCauses[] = {
    {FindingCode::kMissingCell, "MISSING_CELL", "without a value"},
    {FindingCode::kWrongCellCount, "WRONG_CELL_COUNT",
     "with another number of cells than the header"},
    {FindingCode::kInvalidUtf8, "INVALID_UTF8", "not in the encoding"},
    {FindingCode::kMalformedRow, "MALFORMED_ROW", "not to be parsed"},
    {FindingCode::kBadImage, "BAD_IMAGE", "with a picture that cannot be read"},
    {FindingCode::kOddLayout, "ODD_LAYOUT",
     "of a split that another dataset stands for"},
};

std::string DescribeCause(const DataTotals::Dropped& dropped) {
  for (const Cause& cause : kCauses) {
    if (cause.code != dropped.cause) continue;
    return absl::StrCat(cause.what, ": ", dropped.count, " (", cause.name,
                        ", the first is row ", dropped.first_row, ")");
  }
  return absl::StrCat("for another reason: ", dropped.count);
}

std::string DescribeCauses(const DataTotals& totals) {
  return absl::StrJoin(totals.dropped, "; ",
                       [](std::string* out, const DataTotals::Dropped& one) {
                         absl::StrAppend(out, DescribeCause(one));
                       });
}

double LostShare(const DataTotals::ClassRows& rows) {
  return ShareOf(rows.dropped, rows.used + rows.dropped);
}

// Those that lost rows, the largest share first.
std::vector<const DataTotals::ClassRows*> LosingClasses(
    const DataTotals& totals) {
  std::vector<const DataTotals::ClassRows*> losing;
  for (const DataTotals::ClassRows& rows : totals.classes) {
    if (rows.dropped > 0) losing.push_back(&rows);
  }
  std::stable_sort(losing.begin(), losing.end(),
                   [](const auto* a, const auto* b) {
                     return LostShare(*a) > LostShare(*b);
                   });
  return losing;
}

// "; by class: "spam" loses 255 of 747 (34.1 %)", or nothing.
std::string DescribeClasses(const DataTotals& totals) {
  std::vector<const DataTotals::ClassRows*> losing = LosingClasses(totals);
  std::string text;
  for (size_t i = 0; i < std::min(losing.size(), kNamedClasses); ++i) {
    absl::StrAppend(&text, i == 0 ? "; by class: " : ", ",
                    ShowText(losing[i]->label), " loses ", losing[i]->dropped,
                    " of ", losing[i]->used + losing[i]->dropped, " (",
                    Percent(LostShare(*losing[i])), ")");
  }
  if (losing.size() > kNamedClasses) {
    absl::StrAppend(&text, " and ", losing.size() - kNamedClasses, " more");
  }
  return text;
}

std::string DescribeSplits(const DataTotals& totals) {
  std::vector<std::string> parts;
  for (auto [count, split] : {std::pair(totals.training, "training"),
                              std::pair(totals.validation, "validation"),
                              std::pair(totals.test, "test")}) {
    if (count > 0) parts.push_back(absl::StrCat(count, " for ", split));
  }
  return parts.empty() ? "none used" : absl::StrJoin(parts, ", ");
}

}  // namespace

void RowTally::Drop(FindingCode cause, int64_t row, const std::string& label) {
  Dropped& dropped = dropped_[cause];
  if (dropped.count++ == 0) dropped.first_row = row;
  if (label.empty()) return;
  auto it = dropped_labels_.find(label);
  if (it != dropped_labels_.end()) {
    ++it->second;
  } else if (dropped_labels_.size() < kMaxDroppedLabels) {
    dropped_labels_.emplace(label, 1);
  }
}

void RowTally::Respell(const LabelSpelling& spelling) {
  std::map<std::string, int64_t> respelt;
  for (const auto& [label, count] : dropped_labels_) {
    const std::string text = spelling.Of(label);
    if (!text.empty()) respelt[text] += count;
  }
  dropped_labels_ = std::move(respelt);
}

int64_t DataTotals::DroppedRows() const {
  int64_t rows = 0;
  for (const Dropped& one : dropped) rows += one.count;
  return rows;
}

int64_t DataTotals::UnusableRows() const {
  int64_t rows = 0;
  for (const Dropped& one : dropped) {
    if (one.cause != FindingCode::kOddLayout) rows += one.count;
  }
  return rows;
}

DataTotals TotalsOf(const std::string& dataset, const RowTally& tally,
                    const std::map<std::string, int64_t>& used,
                    const std::vector<std::string>& labels) {
  DataTotals totals{.dataset = dataset, .rows = tally.rows()};
  for (const auto& [cause, dropped] : tally.dropped()) {
    totals.dropped.push_back({.cause = cause,
                              .count = dropped.count,
                              .first_row = dropped.first_row});
  }
  std::stable_sort(
      totals.dropped.begin(), totals.dropped.end(),
      [](const auto& a, const auto& b) { return a.count > b.count; });
  std::map<std::string, DataTotals::ClassRows> classes;
  for (const auto& [label, count] : used) classes[label].used = count;
  for (const auto& [label, count] : tally.dropped_labels()) {
    classes[label].dropped = count;
  }
  auto take = [&](auto it) {
    it->second.label = it->first;
    totals.classes.push_back(std::move(it->second));
    classes.erase(it);
  };
  for (const std::string& label : labels) {
    auto it = classes.find(label);
    if (it != classes.end()) take(it);
  }
  while (!classes.empty()) take(classes.begin());
  return totals;
}

DataFinding TotalsFinding(const DataTotals& totals) {
  DataFinding finding{
      .code = FindingCode::kRowTotals,
      .severity = FindingSeverity::kNote,
      .message = absl::StrCat(totals.dataset, ": ", totals.rows, " rows read, ",
                              DescribeSplits(totals))};
  finding.count = std::max<int64_t>(totals.rows, 1);
  if (totals.dropped.empty()) return finding;
  absl::StrAppend(&finding.message, "; left out: ", totals.DroppedRows(), " (",
                  Percent(ShareOf(totals.DroppedRows(), totals.rows)), "), ",
                  DescribeCauses(totals), DescribeClasses(totals));
  const int64_t unusable = totals.UnusableRows();
  std::vector<const DataTotals::ClassRows*> losing = LosingClasses(totals);
  const bool much = ShareOf(unusable, totals.rows) > kLittleOfAll ||
                    (unusable > 0 && !losing.empty() &&
                     LostShare(*losing[0]) > kLittleOfClass);
  if (much) {
    finding.severity = FindingSeverity::kWarning;
    finding.suggestion = "correct the rows that the other findings name";
  }
  return finding;
}

absl::Status CheckDropped(const DataTotals& totals, double max_fraction,
                          const std::string& remedy) {
  const int64_t unusable = totals.UnusableRows();
  const double rows = static_cast<double>(totals.rows);
  // Some slack, for 0.29 * 100 is less than 29.
  if (static_cast<double>(unusable) <= max_fraction * rows + 1e-9 * rows) {
    return absl::OkStatus();
  }
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "TOO_MANY_ROWS_DROPPED",
      absl::StrCat(totals.dataset, ": ", unusable, " of ", totals.rows,
                   " rows cannot be used (",
                   Percent(ShareOf(unusable, totals.rows)),
                   "), more than data.cleaning.max_dropped_fraction allows (",
                   Percent(max_fraction), "): ", DescribeCauses(totals),
                   DescribeClasses(totals), "; ",
                   remedy.empty() ? "correct them" : remedy,
                   ", or raise data.cleaning.max_dropped_fraction"));
}

}  // namespace tunesmith::worker
