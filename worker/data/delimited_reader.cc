#include "worker/data/delimited_reader.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

// One row as it stands in the file.
struct Record {
  // The first kMaxColumns cells.
  std::vector<std::string> cells;
  size_t cell_count = 0;
  // Of all cells together.
  size_t bytes = 0;
  // Why the row is malformed; empty when it is not.
  std::string malformed;
};

enum class CellEnd { kDelimiter, kRow, kFile };

class DelimitedReader : public TableReader {
 public:
  DelimitedReader(std::unique_ptr<FileBytes> file, const TableFormat& format)
      : file_(std::move(file)),
        delimiter_(static_cast<unsigned char>(format.delimiter)),
        quoted_(format.quoted) {}

  // Finds out the columns.
  absl::Status Start(const TableFormat& format);

  const std::vector<std::string>& columns() const override { return columns_; }
  absl::StatusOr<bool> Next(Row& row) override;

 private:
  // False at the end of the file.
  bool ReadRecord(Record& record);
  // Reads up to the next row that is not an empty line.
  bool ReadLine(Record& record, bool& is_empty);
  CellEnd ReadCell(std::string& cell, Record& record, bool& has_quotes);
  CellEnd ReadPlain(std::string& cell, Record& record);
  // False when the file ended first.
  bool ReadQuoted(std::string& cell, Record& record);
  void Append(std::string& cell, Record& record, int byte) const;
  std::optional<RowProblem> Check(const Record& record) const;

  const std::unique_ptr<FileBytes> file_;
  const int delimiter_;
  const bool quoted_;
  std::vector<std::string> columns_;
  // A first row that was read to count its cells.
  std::optional<Record> pending_;
  Record record_;
  int64_t row_ = 0;
};

void DelimitedReader::Append(std::string& cell, Record& record,
                             int byte) const {
  // What is longer is malformed anyway; its rest need not be kept.
  if (++record.bytes <= kMaxRowBytes) cell.push_back(static_cast<char>(byte));
}

CellEnd DelimitedReader::ReadPlain(std::string& cell, Record& record) {
  while (true) {
    int byte = file_->Get();
    if (byte == FileBytes::kEnd) return CellEnd::kFile;
    if (byte == delimiter_) return CellEnd::kDelimiter;
    if (byte == '\n') return CellEnd::kRow;
    if (byte == '\r' &&
        (file_->Peek() == '\n' || file_->Peek() == FileBytes::kEnd)) {
      continue;
    }
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
  file_->Get();
  if (!ReadQuoted(cell, record)) {
    record.malformed =
        "a quote is opened and never closed, so that the rest of the file is "
        "one cell";
    return CellEnd::kFile;
  }
  size_t size = cell.size();
  CellEnd end = ReadPlain(cell, record);
  if (cell.size() > size && record.malformed.empty()) {
    record.malformed = "text follows a closing quote";
  }
  return end;
}

bool DelimitedReader::ReadLine(Record& record, bool& is_empty) {
  record.cells.clear();
  record.cell_count = 0;
  record.bytes = 0;
  record.malformed.clear();
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

absl::Status DelimitedReader::Start(const TableFormat& format) {
  columns_ = UniqueColumnNames(format.column_names);
  if (!format.header && !columns_.empty()) return absl::OkStatus();
  Record first;
  if (!ReadRecord(first)) return file_->status();
  if (first.cell_count > kMaxColumns) {
    return MalformedFileError(
        absl::StrCat("the first row has more than ", kMaxColumns,
                     " cells (is the delimiter right?): ", first.cell_count));
  }
  if (!format.header) {
    columns_ = UniqueColumnNames(std::vector<std::string>(first.cells.size()));
    pending_ = std::move(first);
    return absl::OkStatus();
  }
  if (!first.malformed.empty()) {
    return MalformedFileError(
        absl::StrCat("the header cannot be read: ", first.malformed));
  }
  if (!columns_.empty()) return absl::OkStatus();
  for (const std::string& name : first.cells) {
    if (!IsUtf8(name)) {
      return MalformedFileError(
          "the header is not UTF-8 (save the file as UTF-8, or name the "
          "columns in column_names)");
    }
  }
  columns_ = UniqueColumnNames(std::move(first.cells));
  return absl::OkStatus();
}

std::optional<RowProblem> DelimitedReader::Check(const Record& record) const {
  if (!record.malformed.empty()) {
    return RowProblem{FindingCode::kMalformedRow, record.malformed};
  }
  for (size_t i = 0; i < record.cells.size(); ++i) {
    if (!IsUtf8(record.cells[i])) {
      return RowProblem{FindingCode::kInvalidUtf8,
                        absl::StrCat("cell ", i + 1, " is not UTF-8")};
    }
  }
  if (record.cell_count != columns_.size()) {
    return RowProblem{FindingCode::kWrongCellCount,
                      absl::StrCat("the row has ", record.cell_count,
                                   " cells instead of ", columns_.size())};
  }
  return std::nullopt;
}

absl::StatusOr<bool> DelimitedReader::Next(Row& row) {
  if (pending_.has_value()) {
    record_ = *std::exchange(pending_, std::nullopt);
  } else if (!ReadRecord(record_)) {
    TUNESMITH_RETURN_IF_ERROR(file_->status());
    return false;
  }
  row.number = ++row_;
  row.problem = Check(record_);
  row.cells.clear();
  if (row.problem.has_value()) return true;
  for (std::string& text : record_.cells) {
    row.cells.push_back(Cell{.text = std::move(text)});
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenDelimited(
    const std::string& path, const TableFormat& format) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileBytes> file,
                             FileBytes::Open(path));
  auto reader = std::make_unique<DelimitedReader>(std::move(file), format);
  TUNESMITH_RETURN_IF_ERROR(reader->Start(format));
  return reader;
}

}  // namespace tunesmith::worker
