#include "worker/data/inspection.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

// Rows between two questions whether to stop.
constexpr int64_t kStopInterval = 1024;

// A number for a row's content. Two rows with equal cells have the same.
size_t HashRow(const std::vector<Cell>& cells) {
  size_t hash = 0;
  size_t end = cells.size();
  // Rows of a format without a header may or may not name their last nulls.
  while (end > 0 && cells[end - 1].IsMissing()) --end;
  for (size_t i = 0; i < end; ++i) {
    size_t cell = std::hash<std::string_view>()(cells[i].text);
    hash = (hash ^ cell) * 0x9e3779b97f4a7c15 + 1;
  }
  return hash;
}

bool HasOpaque(const std::vector<Cell>& cells) {
  return std::any_of(cells.begin(), cells.end(),
                     [](const Cell& cell) { return cell.opaque; });
}

// Leaves the longest lists out until the others fit: a label has few values.
void BoundListedValues(std::vector<ColumnFacts>& columns) {
  std::vector<ColumnFacts*> by_length;
  for (ColumnFacts& column : columns) by_length.push_back(&column);
  std::stable_sort(by_length.begin(), by_length.end(),
                   [](const ColumnFacts* a, const ColumnFacts* b) {
                     return a->ListedBytes() < b->ListedBytes();
                   });
  size_t bytes = 0;
  for (ColumnFacts* column : by_length) {
    bytes += column->ListedBytes();
    if (bytes > kMaxListedBytes) column->values.clear();
  }
}

// What findings about a file propose, for the end of an error.
std::string Proposals(const std::vector<DataFinding>& findings) {
  std::string text;
  for (const DataFinding& finding : findings) {
    if (finding.suggestion.empty()) continue;
    absl::StrAppend(&text, "; ", finding.message, ": ", finding.suggestion);
  }
  return text;
}

class Inspector {
 public:
  Inspector(TableReader& table, FindingLog& findings)
      : table_(table), findings_(findings) {}

  void Take(const Row& row);
  absl::StatusOr<TableFacts> Finish();

 private:
  void ReportMissing(const ColumnCollector& collector,
                     const std::string& column);
  void ReportDuplicates();
  void ReportTooMany(const ColumnFacts& facts, size_t limit);

  TableReader& table_;
  FindingLog& findings_;
  std::vector<ColumnCollector> collectors_;
  int64_t row_count_ = 0;
  // Numbers of the first rows without a problem.
  std::vector<int64_t> first_rows_;
  int64_t problem_rows_ = 0;
  std::vector<size_t> hashes_;
  std::string first_problem_;
};

void Inspector::Take(const Row& row) {
  if (row.problem.has_value()) {
    findings_.Add(RowFinding(row));
    if (problem_rows_++ == 0) {
      first_problem_ = absl::StrCat("row ", row.number, ", ", LineOf(row),
                                    row.problem->message);
    }
    return;
  }
  ++row_count_;
  if (first_rows_.size() < ColumnCollector::kMaxMissingRows) {
    first_rows_.push_back(row.number);
  }
  while (collectors_.size() < table_.columns().size()) {
    // A column that rows before this one lack.
    collectors_.emplace_back(DistinctLimit(collectors_.size()))
        .AddMissing(first_rows_, row_count_ - 1);
  }
  for (size_t c = 0; c < collectors_.size(); ++c) {
    if (c < row.cells.size()) {
      collectors_[c].Add(row.cells[c], row.number);
    } else {
      collectors_[c].AddMissing(row.number);
    }
  }
  if (!HasOpaque(row.cells)) hashes_.push_back(HashRow(row.cells));
}

void Inspector::ReportMissing(const ColumnCollector& collector,
                              const std::string& column) {
  int64_t missing = collector.missing_count();
  if (missing == 0) return;
  DataFinding finding{.code = FindingCode::kMissingCell,
                      .severity = FindingSeverity::kWarning,
                      .column = column};
  if (missing * 2 > row_count_) {
    // Rather a sparse column than rows with a gap: one finding says it all.
    finding.severity = FindingSeverity::kNote;
    finding.message = absl::StrCat("column ", column, " has no value in ",
                                   missing, " of ", row_count_, " rows");
    finding.count = missing;
    findings_.Add(std::move(finding));
    return;
  }
  finding.suggestion = "fill the cell in, or leave the row out";
  for (int64_t row : collector.missing_rows()) {
    finding.row = row;
    finding.message = absl::StrCat("no value in column ", column);
    findings_.Add(finding);
  }
  int64_t rest =
      missing - static_cast<int64_t>(collector.missing_rows().size());
  if (rest == 0) return;
  finding.row.reset();
  finding.message =
      absl::StrCat("more rows without a value in column ", column, ": ", rest);
  finding.count = rest;
  findings_.Add(std::move(finding));
}

void Inspector::ReportDuplicates() {
  std::sort(hashes_.begin(), hashes_.end());
  int64_t copies = 0;
  for (size_t i = 1; i < hashes_.size(); ++i) {
    copies += hashes_[i] == hashes_[i - 1];
  }
  if (copies == 0) return;
  findings_.Add(
      {.code = FindingCode::kDuplicateRow,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat("rows that repeat an earlier one: ", copies),
       .suggestion = "remove the copies, so that none is in both training and "
                     "validation data",
       .count = copies});
}

void Inspector::ReportTooMany(const ColumnFacts& facts, size_t limit) {
  if (facts.distinct_count.has_value()) return;
  findings_.Add(
      {.code = FindingCode::kTooManyDistinctValues,
       .severity = FindingSeverity::kNote,
       .column = facts.name,
       .message = absl::StrCat("column ", facts.name, " has more than ", limit,
                               " distinct values; they are not "
                               "listed, and it cannot be a label")});
}

absl::StatusOr<TableFacts> Inspector::Finish() {
  const std::vector<DataFinding> findings = table_.Findings();
  for (const DataFinding& finding : findings) findings_.Add(finding);
  if (row_count_ == 0 && problem_rows_ > 0) {
    return MalformedFileError(
        absl::StrCat("no row can be read (is the format right?), ",
                     first_problem_, Proposals(findings)));
  }
  if (row_count_ == 0) {
    return ReasonedError(absl::StatusCode::kInvalidArgument, "EMPTY_DATASET",
                         "the file has no row");
  }
  TableFacts facts{.row_count = row_count_,
                   .unusable_row_count = problem_rows_};
  while (collectors_.size() < table_.columns().size()) {
    collectors_.emplace_back(DistinctLimit(collectors_.size()));
  }
  for (size_t c = 0; c < collectors_.size(); ++c) {
    const std::string& name = table_.columns()[c];
    ReportMissing(collectors_[c], name);
    facts.columns.push_back(collectors_[c].Finish(name));
    ReportTooMany(facts.columns.back(), DistinctLimit(c));
  }
  BoundListedValues(facts.columns);
  ReportDuplicates();
  return facts;
}

}  // namespace

std::string LineOf(const Row& row) {
  return row.line == 0 ? "" : absl::StrCat("line ", row.line, ": ");
}

DataFinding RowFinding(const Row& row) {
  DataFinding finding{
      .code = row.problem->code,
      .severity = FindingSeverity::kError,
      .row = row.number,
      .message = absl::StrCat(LineOf(row), row.problem->message)};
  switch (row.problem->code) {
    case FindingCode::kWrongCellCount:
      finding.suggestion =
          "check delimiter and quotes of the row, and the format's `quoted`";
      break;
    case FindingCode::kInvalidUtf8:
      finding.suggestion =
          "set the format's `encoding` to what the file is in, or correct the "
          "row";
      break;
    default:
      finding.suggestion = "correct the row, or check the dataset's format";
  }
  return finding;
}

absl::StatusOr<TableFacts> InspectTable(
    TableReader& table, FindingLog& findings,
    const std::function<bool()>& should_stop) {
  Inspector inspector(table, findings);
  Row row;
  for (int64_t i = 0;; ++i) {
    if (i % kStopInterval == 0 && should_stop()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while reading the dataset");
    }
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table.Next(row));
    if (!has_row) break;
    inspector.Take(row);
  }
  return inspector.Finish();
}

}  // namespace tunesmith::worker
