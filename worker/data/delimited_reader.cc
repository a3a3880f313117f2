#include "worker/data/delimited_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/delimited_oddities.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

// A quoted cell that holds line ends.
struct LongQuote {
  size_t cell = 0;
  int64_t first_line = 0;
  int64_t last_line = 0;
};

// One row as it stands in the file.
struct Record {
  // In which it begins.
  int64_t line = 0;
  // The first kMaxColumns cells.
  std::vector<std::string> cells;
  size_t cell_count = 0;
  // Of all cells together.
  size_t bytes = 0;
  // Why the row is malformed; empty when it is not.
  std::string malformed;
  std::vector<LongQuote> long_quotes;
};

enum class CellEnd { kDelimiter, kRow, kFile };

class DelimitedReader : public TableReader {
 public:
  DelimitedReader(std::unique_ptr<FileBytes> file, const TableFormat& format)
      : file_(std::move(file)),
        delimiter_(static_cast<unsigned char>(format.delimiter)),
        quoted_(format.quoted),
        oddities_(format.delimiter, format.quoted) {}

  // Finds out the columns.
  absl::Status Start(const TableFormat& format);

  const std::vector<std::string>& columns() const override { return columns_; }
  absl::StatusOr<bool> Next(Row& row) override;
  std::vector<DataFinding> Findings() const override;

 private:
  absl::Status CheckDelimiter(const TableFormat& format);
  absl::Status ReadHeader(Record first);
  // False at the end of the file.
  bool ReadRecord(Record& record);
  // Reads up to the next row that is not an empty line.
  bool ReadLine(Record& record, bool& is_empty);
  void SkipMark();
  CellEnd ReadCell(std::string& cell, Record& record, bool& has_quotes);
  CellEnd ReadPlain(std::string& cell, Record& record);
  // False when the file ended first.
  bool ReadQuoted(std::string& cell, Record& record);
  void Append(std::string& cell, Record& record, int byte) const;
  bool IsHeader(const Record& record) const {
    return header_.size() > 1 && record.cells == header_;
  }
  std::optional<RowProblem> Check(const Record& record) const;
  void Note(const Record& record, const Row& row);
  std::string NotEncoded() const {
    return absl::StrCat("is not ",
                        std::string(EncodingName(file_->encoding())));
  }

  const std::unique_ptr<FileBytes> file_;
  const int delimiter_;
  const bool quoted_;
  std::vector<std::string> columns_;
  // Empty for a file without.
  std::vector<std::string> header_;
  // A first row that was read to count its cells.
  std::optional<Record> pending_;
  Record record_;
  int64_t row_ = 0;
  DelimitedOddities oddities_;
  EncodingGuess guess_;
  std::optional<DataFinding> delimiter_finding_;
};

// All cells of a row, for what does not depend on where one ends.
std::string Joined(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += cell;
  return text;
}

void DelimitedReader::Append(std::string& cell, Record& record,
                             int byte) const {
  // What is longer is malformed anyway; its rest need not be kept.
  if (++record.bytes <= kMaxRowBytes) cell.push_back(static_cast<char>(byte));
}

CellEnd DelimitedReader::ReadPlain(std::string& cell, Record& record) {
  // Carriage returns of which it is not known yet what they are.
  int64_t returns = 0;
  while (true) {
    const int64_t line = file_->line();
    const int byte = file_->Get();
    if (byte == FileBytes::kEnd) return CellEnd::kFile;
    if (byte == '\r') {
      if (file_->ends_lines_with_returns()) return CellEnd::kRow;
      ++returns;
      continue;
    }
    if (byte == '\n') {
      if (returns > 1) oddities_.AddManyReturns(line);
      return CellEnd::kRow;
    }
    for (; returns > 0; --returns) {
      oddities_.AddLoneReturn(line);
      Append(cell, record, '\r');
    }
    if (byte == delimiter_) return CellEnd::kDelimiter;
    Append(cell, record, byte);
  }
}

bool DelimitedReader::ReadQuoted(std::string& cell, Record& record) {
  while (true) {
    int byte = file_->Get();
    if (byte == FileBytes::kEnd) return false;
    if (byte == '"') {
      if (file_->Peek() != '"') return true;
      file_->Get();
    }
    Append(cell, record, byte);
  }
}

CellEnd DelimitedReader::ReadCell(std::string& cell, Record& record,
                                  bool& has_quotes) {
  has_quotes = quoted_ && file_->Peek() == '"';
  if (!has_quotes) return ReadPlain(cell, record);
  const int64_t first_line = file_->line();
  file_->Get();
  if (!ReadQuoted(cell, record)) {
    record.malformed = absl::StrCat(
        "a quote is opened in line ", first_line,
        " and never closed, so that the rest of the file is one cell");
    return CellEnd::kFile;
  }
  const int64_t last_line = file_->line();
  if (last_line > first_line) {
    record.long_quotes.push_back({record.cell_count, first_line, last_line});
  }
  size_t size = cell.size();
  CellEnd end = ReadPlain(cell, record);
  if (cell.size() > size && record.malformed.empty()) {
    record.malformed = "text follows a closing quote";
    if (last_line > first_line) {
      absl::StrAppend(&record.malformed, "; the quote opens in line ",
                      first_line, " and closes in line ", last_line);
    }
  }
  return end;
}

void DelimitedReader::SkipMark() {
  if (file_->Peek() != static_cast<uint8_t>(kMark[0]) ||
      !file_->Upcoming().starts_with(kMark)) {
    return;
  }
  oddities_.AddMark(file_->line());
  for (size_t i = 0; i < kMark.size(); ++i) file_->Get();
}

bool DelimitedReader::ReadLine(Record& record, bool& is_empty) {
  SkipMark();
  record.line = file_->line();
  record.cells.clear();
  record.cell_count = 0;
  record.bytes = 0;
  record.malformed.clear();
  record.long_quotes.clear();
  if (file_->Peek() == FileBytes::kEnd) return false;
  CellEnd end = CellEnd::kDelimiter;
  bool any_quotes = false;
  while (end == CellEnd::kDelimiter) {
    std::string cell;
    bool has_quotes = false;
    end = ReadCell(cell, record, has_quotes);
    any_quotes |= has_quotes;
    if (++record.cell_count <= kMaxColumns) {
      record.cells.push_back(std::move(cell));
    }
  }
  is_empty = record.cell_count == 1 && record.bytes == 0 && !any_quotes;
  if (record.bytes > kMaxRowBytes && record.malformed.empty()) {
    record.malformed =
        absl::StrCat("the row is longer than ", kMaxRowBytes, " bytes");
  }
  return true;
}

bool DelimitedReader::ReadRecord(Record& record) {
  bool is_empty = false;
  do {
    if (!ReadLine(record, is_empty)) return false;
  } while (is_empty);
  return true;
}

absl::Status DelimitedReader::CheckDelimiter(const TableFormat& format) {
  const std::optional<OtherDelimiter> other =
      FindOtherDelimiter(file_->Upcoming(), format.delimiter);
  if (!other.has_value()) return absl::OkStatus();
  const std::string message =
      absl::StrCat("the first line is one cell, for it holds no ",
                   DelimiterName(format.delimiter), ", but ",
                   DelimiterName(other->delimiter));
  const std::string suggestion = absl::StrCat(
      "set the format's `delimiter` to ", DelimiterName(other->delimiter));
  if (other->in_second_line && (format.header || columns_.size() > 1)) {
    return MalformedFileError(absl::StrCat(
        message, " as often as the second one (", suggestion, ")"));
  }
  delimiter_finding_ = DataFinding{.code = FindingCode::kOddFile,
                                   .severity = FindingSeverity::kNote,
                                   .message = message,
                                   .suggestion = suggestion};
  return absl::OkStatus();
}

absl::Status DelimitedReader::ReadHeader(Record first) {
  if (!first.malformed.empty()) {
    return MalformedFileError(
        absl::StrCat("the header cannot be read: ", first.malformed));
  }
  header_ = std::move(first.cells);
  if (!columns_.empty()) return absl::OkStatus();
  const std::string names = Joined(header_);
  if (!IsUtf8(names)) {
    guess_.AddBroken(names);
    return MalformedFileError(absl::StrCat(
        "the header ", NotEncoded(), " (", guess_.Finding()->suggestion,
        ", or name the columns in column_names)"));
  }
  columns_ = UniqueColumnNames(header_);
  return absl::OkStatus();
}

absl::Status DelimitedReader::Start(const TableFormat& format) {
  if (EndsLinesWithReturns(file_->Upcoming(), quoted_)) {
    file_->EndLinesWithReturns();
  }
  columns_ = UniqueColumnNames(format.column_names);
  TUNESMITH_RETURN_IF_ERROR(CheckDelimiter(format));
  if (!format.header && !columns_.empty()) return absl::OkStatus();
  Record first;
  if (!ReadRecord(first)) return file_->status();
  if (first.cell_count > kMaxColumns) {
    return MalformedFileError(
        absl::StrCat("the first row has more than ", kMaxColumns,
                     " cells (is the delimiter right?): ", first.cell_count));
  }
  if (format.header) return ReadHeader(std::move(first));
  columns_ = UniqueColumnNames(std::vector<std::string>(first.cells.size()));
  pending_ = std::move(first);
  return absl::OkStatus();
}

std::optional<RowProblem> DelimitedReader::Check(const Record& record) const {
  if (!record.malformed.empty()) {
    return RowProblem{FindingCode::kMalformedRow, record.malformed};
  }
  for (size_t i = 0; i < record.cells.size(); ++i) {
    if (!IsUtf8(record.cells[i])) {
      return RowProblem{FindingCode::kInvalidUtf8,
                        absl::StrCat("cell ", i + 1, " ", NotEncoded())};
    }
  }
  if (record.cell_count != columns_.size()) {
    return RowProblem{FindingCode::kWrongCellCount,
                      absl::StrCat("the row has ", record.cell_count,
                                   " cells instead of ", columns_.size())};
  }
  return std::nullopt;
}

void DelimitedReader::Note(const Record& record, const Row& row) {
  const DelimitedOddities::Place place{row.number, record.line};
  for (const LongQuote& quote : record.long_quotes) {
    if (quote.cell >= record.cells.size()) continue;
    oddities_.AddLongQuote({row.number, quote.first_line}, quote.last_line,
                           record.cells[quote.cell], columns_.size());
  }
  if (!row.problem.has_value()) {
    oddities_.AddRow(place, record.cells);
    for (const std::string& cell : record.cells) guess_.AddSound(cell);
  } else if (row.problem->code == FindingCode::kInvalidUtf8 &&
             file_->encoding() == TextEncoding::kUtf8) {
    guess_.AddBroken(Joined(record.cells));
  }
}

absl::StatusOr<bool> DelimitedReader::Next(Row& row) {
  do {
    if (pending_.has_value()) {
      record_ = *std::exchange(pending_, std::nullopt);
    } else if (!ReadRecord(record_)) {
      TUNESMITH_RETURN_IF_ERROR(file_->status());
      return false;
    }
    if (IsHeader(record_)) oddities_.AddRepeatedHeader(record_.line);
  } while (IsHeader(record_));
  row.number = ++row_;
  row.line = record_.line;
  row.problem = Check(record_);
  row.cells.clear();
  Note(record_, row);
  const bool has_cells = !row.problem.has_value() ||
                         (row.problem->code == FindingCode::kInvalidUtf8 &&
                          record_.cell_count == columns_.size());
  if (!has_cells) return true;
  for (std::string& text : record_.cells) {
    const bool sound = !row.problem.has_value() || IsUtf8(text);
    row.cells.push_back(sound ? Cell{.text = std::move(text)}
                              : Cell{.opaque = true});
  }
  return true;
}

std::vector<DataFinding> DelimitedReader::Findings() const {
  std::vector<DataFinding> findings = file_->Findings();
  if (delimiter_finding_.has_value()) findings.push_back(*delimiter_finding_);
  if (std::optional<DataFinding> finding = guess_.Finding()) {
    findings.push_back(*std::move(finding));
  }
  for (DataFinding& finding : oddities_.Findings()) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenDelimited(
    const std::string& path, const TableFormat& format) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileBytes> file,
                             FileBytes::Open(path, format.encoding));
  auto reader = std::make_unique<DelimitedReader>(std::move(file), format);
  TUNESMITH_RETURN_IF_ERROR(reader->Start(format));
  return reader;
}

}  // namespace tunesmith::worker
