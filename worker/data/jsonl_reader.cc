#include "worker/data/jsonl_reader.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/file_bytes.h"

namespace tunesmith::worker {
namespace {

using Json = nlohmann::json;

// Names of the columns and where each is.
struct Columns {
  std::vector<std::string> names;
  std::unordered_map<std::string, size_t> positions;

  size_t PositionOf(const std::string& key) {
    std::string name(CutAtCharacter(key, kMaxColumnNameBytes));
    auto [it, is_new] = positions.try_emplace(name, names.size());
    if (is_new) names.push_back(std::move(name));
    return it->second;
  }
};

// Hears of the parts of one line and keeps the values at the top level, so
// that a line of nothing but brackets costs no memory.
class FlatObject : public nlohmann::json_sax<Json> {
 public:
  FlatObject(Columns& columns, std::vector<Cell>& cells)
      : columns_(columns), cells_(cells) {}

  bool is_object() const { return is_object_; }
  const std::string& error() const { return error_; }

  bool null() override { return Set(Cell{}); }
  bool boolean(bool value) override {
    return Set(Cell{.text = value ? "true" : "false"});
  }
  bool number_integer(number_integer_t value) override {
    return Set(Cell{.text = absl::StrCat(value)});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Set(Cell{.text = absl::StrCat(value)});
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Set(Cell{.text = text});
  }
  bool string(string_t& value) override {
    return Set(Cell{.text = std::move(value)});
  }
  bool binary(binary_t&) override { return Set(Cell{.opaque = true}); }

  bool start_object(std::size_t) override {
    if (depth_ == 0) {
      is_object_ = true;
    } else {
      Set(Cell{.opaque = true});
    }
    ++depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return false;
    Set(Cell{.opaque = true});
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) position_ = columns_.PositionOf(name);
    return columns_.names.size() <= kMaxColumns;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception&) override {
    error_ = absl::StrCat("not JSON at byte ", position, " of the line");
    return false;
  }

 private:
  // False ends the parse: a line that is a bare value.
  bool Set(Cell cell) {
    if (depth_ != 1) return depth_ > 1;
    if (cells_.size() <= position_) cells_.resize(position_ + 1);
    cells_[position_] = std::move(cell);
    return true;
  }

  Columns& columns_;
  std::vector<Cell>& cells_;
  bool is_object_ = false;
  int64_t depth_ = 0;
  size_t position_ = 0;
  std::string error_;
};

class JsonlReader : public TableReader {
 public:
  explicit JsonlReader(std::unique_ptr<FileBytes> file)
      : file_(std::move(file)) {}

  const std::vector<std::string>& columns() const override {
    return columns_.names;
  }
  absl::StatusOr<bool> Next(Row& row) override;

 private:
  // False at the end of the file. A line that is too long is cut.
  bool ReadLine();

  const std::unique_ptr<FileBytes> file_;
  Columns columns_;
  std::string line_;
  int64_t row_ = 0;
};

bool JsonlReader::ReadLine() {
  do {
    line_.clear();
    int byte = file_->Get();
    if (byte == FileBytes::kEnd) return false;
    for (; byte != FileBytes::kEnd && byte != '\n'; byte = file_->Get()) {
      if (line_.size() <= kMaxRowBytes)
        line_.push_back(static_cast<char>(byte));
    }
  } while (line_.find_first_not_of(" \t\r") == std::string::npos);
  return true;
}

absl::StatusOr<bool> JsonlReader::Next(Row& row) {
  if (!ReadLine()) {
    TUNESMITH_RETURN_IF_ERROR(file_->status());
    return false;
  }
  row.number = ++row_;
  row.cells.clear();
  row.problem.reset();
  if (line_.size() > kMaxRowBytes) {
    row.problem = RowProblem{
        FindingCode::kMalformedRow,
        absl::StrCat("the line is longer than ", kMaxRowBytes, " bytes")};
    return true;
  }
  if (!IsUtf8(line_)) {
    row.problem =
        RowProblem{FindingCode::kInvalidUtf8, "the line is not UTF-8"};
    return true;
  }
  FlatObject object(columns_, row.cells);
  bool parsed = Json::sax_parse(line_, &object);
  if (columns_.names.size() > kMaxColumns) {
    return MalformedFileError(absl::StrCat("the lines have more than ",
                                           kMaxColumns, " different keys"));
  }
  if (!parsed) {
    row.problem = RowProblem{FindingCode::kMalformedRow,
                             object.error().empty()
                                 ? std::string("the line is not a JSON object")
                                 : object.error()};
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TableReader>> OpenJsonl(
    const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileBytes> file,
                             FileBytes::Open(path));
  return std::make_unique<JsonlReader>(std::move(file));
}

}  // namespace tunesmith::worker
