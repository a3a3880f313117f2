#include "worker/data/json_rows.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/utf8.h"
#include "worker/data/byte_source.h"

namespace tunesmith::worker {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kNotNumbers[] = {"NaN", "-Infinity", "Infinity"};

// Hears of the parts of one object and keeps the values at the top level, so
// that one of nothing but brackets costs no memory.
class FlatObject : public nlohmann::json_sax<Json> {
 public:
  FlatObject(JsonColumns& columns, std::vector<Cell>& cells)
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
    error_ = absl::StrCat("not JSON at byte ", position, " of the object");
    return false;
  }

 private:
  // False ends the parse: a bare value.
  bool Set(Cell cell) {
    if (depth_ != 1) return depth_ > 1;
    if (cells_.size() <= position_) cells_.resize(position_ + 1);
    cells_[position_] = std::move(cell);
    return true;
  }

  JsonColumns& columns_;
  std::vector<Cell>& cells_;
  bool is_object_ = false;
  int64_t depth_ = 0;
  size_t position_ = 0;
  std::string error_;
};

// Puts null in the place of what JSON does not have and Python writes; how
// often goes to `count`.
std::string WithoutNotNumbers(std::string_view text, int64_t& count) {
  std::string result;
  bool in_string = false;
  while (!text.empty()) {
    size_t length = 1;
    if (in_string && text[0] == '\\' && text.size() > 1) {
      length = 2;
    } else if (text[0] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      for (std::string_view word : kNotNumbers) {
        if (text.starts_with(word)) length = word.size();
      }
    }
    if (length > 2) {
      ++count;
      result += "null";
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result;
}

bool MayHoldNotNumber(std::string_view text) {
  return text.find("NaN") != std::string_view::npos ||
         text.find("Infinity") != std::string_view::npos;
}

RowProblem Malformed(const std::string& message) {
  return RowProblem{FindingCode::kMalformedRow, message};
}

}  // namespace

size_t JsonColumns::PositionOf(const std::string& key) {
  std::string name(CutAtCharacter(key, kMaxColumnNameBytes));
  auto [it, is_new] = positions.try_emplace(name, names.size());
  if (is_new) names.push_back(std::move(name));
  return it->second;
}

absl::Status JsonRows::Parse(std::string_view text, Row& row) {
  row.number = ++row_count_;
  row.cells.clear();
  row.problem.reset();
  if (text.size() > kMaxRowBytes) {
    row.problem = Malformed(
        absl::StrCat("the object is longer than ", kMaxRowBytes, " bytes"));
    return absl::OkStatus();
  }
  if (!IsUtf8(text)) {
    if (encoding_ == TextEncoding::kUtf8) guess_.AddBroken(text);
    row.problem =
        RowProblem{FindingCode::kInvalidUtf8,
                   absl::StrCat("the object is not ",
                                std::string(EncodingName(encoding_)))};
    return absl::OkStatus();
  }
  guess_.AddSound(text);
  std::string changed;
  if (MayHoldNotNumber(text)) {
    changed = WithoutNotNumbers(text, not_numbers_);
    text = changed;
  }
  FlatObject object(columns_, row.cells);
  const bool parsed = Json::sax_parse(text, &object);
  if (columns_.names.size() > kMaxColumns) {
    return MalformedFileError(absl::StrCat("the objects have more than ",
                                           kMaxColumns, " different keys"));
  }
  if (parsed) return absl::OkStatus();
  row.cells.clear();
  row.problem = Malformed(object.error().empty() ? "this is not a JSON object"
                                                 : object.error());
  if (absl::StartsWith(std::string(text.substr(0, 2)), "{'")) {
    row.problem->message +=
        ": keys are in single quotes, as Python prints them (write the file "
        "with json.dumps)";
  }
  return absl::OkStatus();
}

std::vector<DataFinding> JsonRows::Findings() const {
  std::vector<DataFinding> findings;
  if (std::optional<DataFinding> finding = guess_.Finding()) {
    findings.push_back(*std::move(finding));
  }
  if (not_numbers_ > 0) {
    findings.push_back(
        {.code = FindingCode::kOddFile,
         .severity = FindingSeverity::kNote,
         .message = absl::StrCat("values NaN and Infinity, which JSON does not "
                                 "have, are taken as missing: ",
                                 not_numbers_),
         .count = not_numbers_});
  }
  return findings;
}

}  // namespace tunesmith::worker
