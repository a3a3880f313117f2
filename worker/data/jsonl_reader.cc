#include "worker/data/jsonl_reader.h"

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

constexpr std::string_view kBlanks = " \t\r";

class JsonlReader : public TableReader {
 public:
  explicit JsonlReader(std::unique_ptr<FileBytes> file)
      : file_(std::move(file)), rows_(file_->encoding()) {
    if (EndsLinesWithReturns(file_->Upcoming(), /*quoted=*/false)) {
      file_->EndLinesWithReturns();
    }
  }

  absl::Status CheckShape() const;

  const std::vector<std::string>& columns() const override {
    return rows_.columns();
  }
  absl::StatusOr<bool> Next(Row& row) override;
  std::vector<DataFinding> Findings() const override;

 private:
  // False at the end of the file. A line that is too long is cut.
  bool ReadLine();

  const std::unique_ptr<FileBytes> file_;
  JsonRows rows_;
  int64_t line_number_ = 0;
  std::string line_;
};

// The first line of `text` that is not blank, without blanks around it; `text`
// loses it.
std::string_view TakeLine(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  text.remove_prefix(line.size());
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

// Whether more brackets are opened in `line` than closed.
bool LeavesOpen(std::string_view line) {
  bool in_string = false;
  int64_t depth = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (in_string && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      depth += line[i] == '{' || line[i] == '[';
      depth -= line[i] == '}' || line[i] == ']';
    }
  }
  return depth > 0;
}

absl::Status JsonlReader::CheckShape() const {
  std::string_view start = file_->Upcoming();
  const std::string_view first = TakeLine(start);
  const std::string_view second = TakeLine(start);
  std::string_view inner = first.substr(std::min<size_t>(first.size(), 1));
  inner.remove_prefix(std::min(inner.find_first_not_of(" "), inner.size()));
  if (first.starts_with('[') && (inner.empty() || inner.starts_with('{')) &&
      (!inner.empty() || second.starts_with('{'))) {
    return MalformedFileError(
        "the file is one JSON array and not an object a line (set the format's "
        "kind to JSON)");
  }
  if (first.starts_with('{') && !second.empty() && !second.starts_with('{') &&
      LeavesOpen(first)) {
    return MalformedFileError(
        "the first JSON object goes over several lines (set the format's kind "
        "to JSON)");
  }
  return absl::OkStatus();
}

bool JsonlReader::ReadLine() {
  const int end = file_->ends_lines_with_returns() ? '\r' : '\n';
  do {
    line_.clear();
    line_number_ = file_->line();
    int byte = file_->Get();
    if (byte == FileBytes::kEnd) return false;
    for (; byte != FileBytes::kEnd && byte != end; byte = file_->Get()) {
      if (line_.size() <= kMaxRowBytes)
        line_.push_back(static_cast<char>(byte));
    }
  } while (line_.find_first_not_of(kBlanks) == std::string::npos);
  return true;
}

absl::StatusOr<bool> JsonlReader::Next(Row& row) {
  if (!ReadLine()) {
    TUNESMITH_RETURN_IF_ERROR(file_->status());
    return false;
  }
  TUNESMITH_RETURN_IF_ERROR(rows_.Parse(line_, row));
  row.line = line_number_;
  return true;
}

std::vector<DataFinding> JsonlReader::Findings() const {
  std::vector<DataFinding> findings = file_->Findings();
  for (DataFinding& finding : rows_.Findings()) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenJsonl(const std::string& path,
                                                       TextEncoding encoding) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileBytes> file,
                             FileBytes::Open(path, encoding));
  auto reader = std::make_unique<JsonlReader>(std::move(file));
  TUNESMITH_RETURN_IF_ERROR(reader->CheckShape());
  return reader;
}

}  // namespace tunesmith::worker
