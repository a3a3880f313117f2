#include "worker/data/labelled_samples.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
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

  Cell* In(Row& row) const {
    return position_ < row.cells.size() ? &row.cells[position_] : nullptr;
  }

 private:
  static constexpr size_t kUnknown = static_cast<size_t>(-1);

  const std::string name_;
  size_t position_ = kUnknown;
  size_t seen_ = 0;
};

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
}

// Why a row's cell cannot be used, as a finding's message; empty when it can.
std::string CellProblem(const Cell* cell, const WantedColumn& column,
                        bool blank_is_missing) {
  if (cell != nullptr && cell->opaque) {
    return absl::StrCat("the value in column ", column.name(),
                        " is not a text or number");
  }
  if (cell == nullptr || cell->text.empty() ||
      (blank_is_missing && IsBlank(cell->text))) {
    return absl::StrCat("no value in column ", column.name());
  }
  return "";
}

class SampleCollector {
 public:
  SampleCollector(const SampleSelection& selection, FindingLog& findings)
      : selection_(selection),
        findings_(findings),
        sample_(selection.sample_column),
        label_(selection.label_column) {}

  void LookUp(const std::vector<std::string>& columns) {
    sample_.LookUp(columns);
    label_.LookUp(columns);
  }

  // UNKNOWN_COLUMN while one of the two has not turned up.
  absl::Status CheckColumns(const std::vector<std::string>& columns) const {
    for (const WantedColumn* column : {&sample_, &label_}) {
      if (!column->is_known()) {
        return UnknownColumn(column->name(), selection_, columns);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Take(Row& row);
  absl::StatusOr<std::vector<LabelledSample>> Finish();

 private:
  absl::Status Reject(DataFinding finding);

  const SampleSelection& selection_;
  FindingLog& findings_;
  WantedColumn sample_;
  WantedColumn label_;
  std::vector<LabelledSample> samples_;
  int64_t rejected_ = 0;
};

absl::Status SampleCollector::Reject(DataFinding finding) {
  ++rejected_;
  FindingCode code = finding.code;
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
  if (row.problem.has_value()) return Reject(RowFinding(row));
  for (const WantedColumn* column : {&sample_, &label_}) {
    std::string problem =
        CellProblem(column->In(row), *column, column == &sample_);
    if (!problem.empty()) {
      return Reject({.code = FindingCode::kMissingCell,
                     .severity = FindingSeverity::kWarning,
                     .row = row.number,
                     .column = column->name(),
                     .message = std::move(problem),
                     .suggestion = "fill the cell in, or leave the row out"});
    }
  }
  // Copied, for the two may be one column.
  samples_.push_back({row.number, sample_.In(row)->text, label_.In(row)->text});
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

absl::StatusOr<std::vector<LabelledSample>> ReadLabelledSamples(
    TableReader& table, const SampleSelection& selection, FindingLog& findings,
    const std::function<bool()>& should_stop) {
  SampleCollector collector(selection, findings);
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
  if (!table.columns().empty()) {
    TUNESMITH_RETURN_IF_ERROR(collector.CheckColumns(table.columns()));
  }
  return collector.Finish();
}

}  // namespace tunesmith::worker
