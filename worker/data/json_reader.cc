#include "worker/data/json_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/file_bytes.h"
#include "worker/data/json_rows.h"

namespace tunesmith::worker {
namespace {

bool IsBlank(int byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

class JsonReader : public TableReader {
 public:
  explicit JsonReader(std::unique_ptr<FileBytes> file)
      : file_(std::move(file)), rows_(file_->encoding()) {
    if (EndsLinesWithReturns(file_->Upcoming(), /*quoted=*/true)) {
      file_->EndLinesWithReturns();
    }
  }

  const std::vector<std::string>& columns() const override {
    return rows_.columns();
  }
  absl::StatusOr<bool> Next(Row& row) override;
  std::vector<DataFinding> Findings() const override;

 private:
  // Goes to the next value; false at the end of the file.
  bool FindValue();
  // Reads an object or a list with all that is in it; false where the file, or
  // what it lies in, ends first.
  bool ReadNested();
  // Reads a value that is neither.
  void ReadBare();
  void Append(int byte) {
    if (value_.size() <= kMaxRowBytes)
      value_.push_back(static_cast<char>(byte));
  }

  const std::unique_ptr<FileBytes> file_;
  JsonRows rows_;
  // Whether the values are those of an array that has been opened.
  bool in_array_ = false;
  bool any_opaque_ = false;
  std::string value_;
};

bool JsonReader::FindValue() {
  while (true) {
    const int byte = file_->Peek();
    if (byte == FileBytes::kEnd) return false;
    if (byte == '[' && !in_array_) {
      in_array_ = true;
    } else if (byte == ']' && in_array_) {
      in_array_ = false;
    } else if (!IsBlank(byte) && byte != ',') {
      return true;
    }
    file_->Get();
  }
}

bool JsonReader::ReadNested() {
  int64_t objects = 0;
  int64_t lists = 0;
  bool in_string = false;
  do {
    const int byte = file_->Get();
    if (byte == FileBytes::kEnd) return false;
    Append(byte);
    if (in_string && byte == '\\') {
      const int escaped = file_->Get();
      if (escaped == FileBytes::kEnd) return false;
      Append(escaped);
    } else if (byte == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      objects += byte == '{';
      objects -= byte == '}';
      lists += byte == '[';
      lists -= byte == ']';
    }
    if (objects < 0 || lists < 0) return false;
  } while (objects > 0 || lists > 0);
  return true;
}

void JsonReader::ReadBare() {
  // At least one byte, or it would never end.
  bool in_string = false;
  do {
    const int byte = file_->Get();
    Append(byte);
    if (byte == '"') in_string = !in_string;
    const int next = file_->Peek();
    if (next == FileBytes::kEnd) return;
    if (!in_string && (IsBlank(next) || next == ',' || next == ']' ||
                       next == '{' || next == '[')) {
      return;
    }
  } while (true);
}

absl::StatusOr<bool> JsonReader::Next(Row& row) {
  if (!FindValue()) {
    TUNESMITH_RETURN_IF_ERROR(file_->status());
    return false;
  }
  value_.clear();
  const int64_t line = file_->line();
  const int first = file_->Peek();
  if (first != '{' && first != '[') {
    ReadBare();
  } else if (!ReadNested()) {
    TUNESMITH_RETURN_IF_ERROR(file_->status());
    return MalformedFileError(
        absl::StrCat("what is opened in line ", line, " is never closed"));
  }
  TUNESMITH_RETURN_IF_ERROR(rows_.Parse(value_, row));
  row.line = line;
  any_opaque_ |= std::any_of(row.cells.begin(), row.cells.end(),
                             [](const Cell& cell) { return cell.opaque; });
  return true;
}

std::vector<DataFinding> JsonReader::Findings() const {
  std::vector<DataFinding> findings = file_->Findings();
  for (DataFinding& finding : rows_.Findings()) {
    findings.push_back(std::move(finding));
  }
  if (rows_.row_count() == 1 && any_opaque_) {
    findings.push_back(
        {.code = FindingCode::kOddFile,
         .severity = FindingSeverity::kWarning,
         .message = "the file is a single object with lists or objects in it, "
                    "and so a table of one row",
         .suggestion = "write an array with an object for each row (pandas: "
                       "orient=\"records\")"});
  }
  return findings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenJson(const std::string& path,
                                                      TextEncoding encoding) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileBytes> file,
                             FileBytes::Open(path, encoding));
  return std::make_unique<JsonReader>(std::move(file));
}

}  // namespace tunesmith::worker
