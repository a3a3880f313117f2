#include "worker/data/labelled_samples.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/nearest_name.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/inspection.h"

namespace tunesmith::worker {
namespace {

// Rows between two questions whether to stop.
constexpr int64_t kStopInterval = 1024;
// Columns that an error lists.
constexpr size_t kListedColumns = 20;

absl::Status UnknownColumn(const std::string& column,
                           const SampleSelection& from,
                           const std::vector<std::string>& columns) {
  std::string message =
      absl::StrCat("unknown column of ", from.dataset, ": \"", column, "\"");
  std::string closest = NearestName(column, columns);
  if (!closest.empty()) {
    absl::StrAppend(&message, " (did you mean \"", closest, "\"?)");
  }
  absl::StrAppend(&message, "; its columns: ");
  for (size_t i = 0; i < std::min(columns.size(), kListedColumns); ++i) {
    absl::StrAppend(&message, i == 0 ? "" : ", ", "\"", columns[i], "\"");
  }
  if (columns.size() > kListedColumns) {
    absl::StrAppend(&message, " and ", columns.size() - kListedColumns,
                    " more");
  }
  return ReasonedError(absl::StatusCode::kInvalidArgument, "UNKNOWN_COLUMN",
                       message);
}

RowAction ActionFor(FindingCode code, const RowPolicy& policy) {
  switch (code) {
    case FindingCode::kInvalidUtf8:
      return policy.invalid_utf8;
    case FindingCode::kMalformedRow:
      return policy.malformed_rows;
    default:
      return policy.incomplete_rows;
  }
}

const char* FieldFor(FindingCode code) {
  switch (code) {
    case FindingCode::kInvalidUtf8:
      return "invalid_utf8";
    case FindingCode::kMalformedRow:
      return "malformed_rows";
    default:
      return "incomplete_rows";
  }
}

// A column that is looked up by name until it turns up.
class WantedColumn {
 public:
  explicit WantedColumn(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool is_known() const { return position_ != kUnknown; }

  // Formats without a header learn of columns row by row.
  void LookUp(const std::vector<std::string>& columns) {
    for (; !is_known() && seen_ < columns.size(); ++seen_) {
      if (columns[seen_] == name_) position_ = seen_;
    }
  }

  const Cell* In(const Row& row) const {
    return position_ < row.cells.size() ? &row.cells[position_] : nullptr;
  }

 private:
  static constexpr size_t kUnknown = static_cast<size_t>(-1);

  const std::string name_;
  size_t position_ = kUnknown;
  size_t seen_ = 0;
};

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::string_view TextOf(const Cell* cell) {
  return cell == nullptr ? std::string_view() : cell->text;
}

class SampleCollector {
 public:
  SampleCollector(const SampleSelection& selection, FindingLog& findings,
                  RowTally& tally)
      : selection_(selection),
        findings_(findings),
        tally_(tally),
        sample_(selection.sample_column),
        label_(selection.label_column),
        split_(selection.split_column) {}

  void LookUp(const std::vector<std::string>& columns) {
    for (WantedColumn* column : {&sample_, &label_, &split_}) {
      column->LookUp(columns);
    }
  }

  // UNKNOWN_COLUMN while one that is needed has not turned up.
  absl::Status CheckColumns(const std::vector<std::string>& columns) const {
    for (const WantedColumn* column : {&sample_, &label_, &split_}) {
      if (column == &split_ && !has_splits()) continue;
      if (!column->is_known()) {
        return UnknownColumn(column->name(), selection_, columns);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Take(Row& row);
  absl::StatusOr<std::vector<LabelledSample>> Finish();

 private:
  bool has_splits() const { return !selection_.split_column.empty(); }
  // Why a row's cell cannot be used, as a finding's message; empty when it can.
  std::string ProblemOf(const Cell* cell, const WantedColumn& column) const;
  absl::Status Reject(const Row& row, DataFinding finding);

  const SampleSelection& selection_;
  FindingLog& findings_;
  RowTally& tally_;
  WantedColumn sample_;
  WantedColumn label_;
  WantedColumn split_;
  std::vector<LabelledSample> samples_;
  int64_t rejected_ = 0;
};

std::string SampleCollector::ProblemOf(const Cell* cell,
                                       const WantedColumn& column) const {
  if (cell != nullptr && cell->opaque) {
    return absl::StrCat("the value in column ", column.name(),
                        " is not a text or number");
  }
  const std::string_view text = TextOf(cell);
  const bool missing =
      &column == &sample_
          ? IsBlank(text)
          : LabelKey(text, selection_.policy.label_normalization).empty();
  if (missing) return absl::StrCat("no value in column ", column.name());
  if (&column == &split_ && !SplitOfWord(text).has_value()) {
    return absl::StrCat(
        "the value in column ", column.name(),
        " means no split (train, validation or test): ", ShowText(text));
  }
  return "";
}

absl::Status SampleCollector::Reject(const Row& row, DataFinding finding) {
  ++rejected_;
  FindingCode code = finding.code;
  tally_.Drop(code, row.number, std::string(TextOf(label_.In(row))));
  absl::Status failure =
      ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_ROW",
                    absl::StrCat("unusable row of ", selection_.dataset,
                                 ", row ", *finding.row, ": ", finding.message,
                                 " (correct it, or set "
                                 "data.cleaning.",
                                 FieldFor(code), " to DROP_ROW)"));
  findings_.Add(std::move(finding));
  return ActionFor(code, selection_.policy) == RowAction::kFail
             ? failure
             : absl::OkStatus();
}

absl::Status SampleCollector::Take(Row& row) {
  tally_.AddRow();
  if (row.problem.has_value()) return Reject(row, RowFinding(row));
  for (const WantedColumn* column : {&sample_, &label_, &split_}) {
    if (column == &split_ && !has_splits()) continue;
    std::string problem = ProblemOf(column->In(row), *column);
    if (problem.empty()) continue;
    return Reject(row,
                  {.code = FindingCode::kMissingCell,
                   .severity = FindingSeverity::kWarning,
                   .row = row.number,
                   .column = column->name(),
                   .message = absl::StrCat(LineOf(row), problem),
                   .suggestion = "fill the cell in, or leave the row out"});
  }
  // Copied, for the two may be one column.
  samples_.push_back({row.number, sample_.In(row)->text, label_.In(row)->text});
  if (has_splits()) {
    samples_.back().split = *SplitOfWord(TextOf(split_.In(row)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LabelledSample>> SampleCollector::Finish() {
  if (samples_.empty()) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "EMPTY_DATASET",
        absl::StrCat("no usable row in ", selection_.dataset,
                     "; rows that were left out: ", rejected_));
  }
  return std::move(samples_);
}

}  // namespace

std::optional<RowSplit> SplitOfWord(std::string_view word) {
  static constexpr std::pair<std::string_view, RowSplit> kWords[] = {
      {"train", RowSplit::kTraining}, {"training", RowSplit::kTraining},
      {"val", RowSplit::kValidation}, {"valid", RowSplit::kValidation},
      {"dev", RowSplit::kValidation}, {"validation", RowSplit::kValidation},
      {"test", RowSplit::kTest},      {"testing", RowSplit::kTest},
      {"eval", RowSplit::kTest},
  };
  const std::string lower =
      absl::AsciiStrToLower(LabelKey(word, LabelNormalization::kTrim));
  for (const auto& [known, split] : kWords) {
    if (lower == known) return split;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<LabelledSample>> ReadLabelledSamples(
    TableReader& table, const SampleSelection& selection, FindingLog& findings,
    RowTally& tally, const std::function<bool()>& should_stop) {
  SampleCollector collector(selection, findings, tally);
  collector.LookUp(table.columns());
  // With a header the columns are known now, and no row needs to be read.
  if (!table.columns().empty()) {
    TUNESMITH_RETURN_IF_ERROR(collector.CheckColumns(table.columns()));
  }
  Row row;
  int64_t rows = 0;
  for (;; ++rows) {
    if (rows % kStopInterval == 0 && should_stop()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while reading a dataset");
    }
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table.Next(row));
    if (!has_row) break;
    collector.LookUp(table.columns());
    TUNESMITH_RETURN_IF_ERROR(collector.Take(row));
  }
  for (DataFinding& finding : table.Findings()) {
    findings.Add(std::move(finding));
  }
  if (!table.columns().empty()) {
    TUNESMITH_RETURN_IF_ERROR(collector.CheckColumns(table.columns()));
  }
  return collector.Finish();
}

}  // namespace tunesmith::worker
