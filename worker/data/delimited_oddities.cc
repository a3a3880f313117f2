#include "worker/data/delimited_oddities.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

constexpr char kDelimiters[] = {',', ';', '\t', '|'};
// What is kept to find rows that a quote has swallowed.
constexpr size_t kMaxSuspects = 100;
constexpr size_t kMaxEdgesOfSuspect = 100;
constexpr size_t kMaxEdges = 8192;
constexpr size_t kMaxEdgeBytes = 64;
// Rows with quotes around a cell of which one row in so many is not chance.
constexpr int64_t kWrappedRows = 10;

int64_t CountOutsideQuotes(std::string_view line, char delimiter) {
  bool in_quotes = false;
  int64_t count = 0;
  for (char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    count += !in_quotes && c == delimiter;
  }
  return count;
}

// The line that `text` begins with, which loses it.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  return line;
}

// Whether a cell stands in quotes, those in it doubled.
bool IsWrapped(std::string_view cell, bool& has_doubled) {
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') {
    return false;
  }
  cell = cell.substr(1, cell.size() - 2);
  for (size_t at = cell.find('"'); at != std::string_view::npos;
       at = cell.find('"', at + 2)) {
    if (at + 1 == cell.size() || cell[at + 1] != '"') return false;
    has_doubled = true;
  }
  return true;
}

DataFinding OddFile(FindingSeverity severity, std::string message,
                    std::string suggestion, int64_t count) {
  return {.code = FindingCode::kOddFile,
          .severity = severity,
          .message = std::move(message),
          .suggestion = std::move(suggestion),
          .count = count};
}

}  // namespace

std::optional<OtherDelimiter> FindOtherDelimiter(std::string_view start,
                                                 char delimiter) {
  const std::string_view first = TakeLine(start);
  const std::string_view second = TakeLine(start);
  if (CountOutsideQuotes(first, delimiter) > 0) return std::nullopt;
  std::optional<OtherDelimiter> found;
  for (char other : kDelimiters) {
    const int64_t count = CountOutsideQuotes(first, other);
    if (other == delimiter || count == 0) continue;
    const bool in_second = CountOutsideQuotes(second, other) == count;
    if (!found.has_value() || (in_second && !found->in_second_line)) {
      found = OtherDelimiter{other, in_second};
    }
  }
  return found;
}

std::string DelimiterName(char delimiter) {
  return delimiter == '\t' ? "a tab"
                           : absl::StrCat("'", std::string(1, delimiter), "'");
}

void DelimitedOddities::AddRow(const Place& place,
                               const std::vector<std::string>& cells) {
  ++rows_;
  if (!quoted_) {
    bool has_doubled = false;
    const bool wrapped = std::any_of(cells.begin(), cells.end(),
                                     [&has_doubled](const std::string& cell) {
                                       return IsWrapped(cell, has_doubled);
                                     });
    if (wrapped) wrapped_.Add(place.line);
    doubled_ += wrapped && has_doubled;
    return;
  }
  for (const std::string* edge : {&cells.front(), &cells.back()}) {
    if (edges_.size() < kMaxEdges && edge->size() <= kMaxEdgeBytes) {
      edges_.insert(*edge);
    }
  }
}

void DelimitedOddities::AddLongQuote(const Place& place, int64_t last_line,
                                     std::string_view cell, size_t columns) {
  if (suspects_.size() == kMaxSuspects || columns < 2) return;
  Suspect suspect{.place = place, .last_line = last_line};
  // The first line is the rest of one that began before the quote, and the
  // last one goes on behind it.
  TakeLine(cell);
  while (cell.find_first_of("\r\n") != std::string_view::npos) {
    const std::string_view line = TakeLine(cell);
    ++suspect.lines;
    if (CountOutsideQuotes(line, delimiter_) !=
            static_cast<int64_t>(columns) - 1 ||
        suspect.edges.size() == kMaxEdgesOfSuspect) {
      continue;
    }
    suspect.edges.emplace_back(line.substr(0, line.find(delimiter_)),
                               line.substr(line.rfind(delimiter_) + 1));
  }
  if (!suspect.edges.empty()) suspects_.push_back(std::move(suspect));
}

void DelimitedOddities::AddCounted(std::vector<DataFinding>& findings) const {
  auto add = [&findings](const Count& count, FindingSeverity severity,
                         const char* what) {
    if (count.count == 0) return;
    findings.push_back(
        OddFile(severity,
                absl::StrCat(what, ": ", count.count, ", the first in line ",
                             count.first_line),
                "", count.count));
  };
  add(marks_, FindingSeverity::kNote,
      "byte order marks within the file, as where files were joined, are left "
      "out");
  add(headers_, FindingSeverity::kNote,
      "rows that repeat the header, as where files were joined, are left out");
  add(many_returns_, FindingSeverity::kNote,
      "lines that end with more than one carriage return, all of which are "
      "left "
      "out");
  add(lone_returns_, FindingSeverity::kNote,
      "carriage returns within a line are taken as text");
}

void DelimitedOddities::AddQuotes(std::vector<DataFinding>& findings) const {
  if (wrapped_.count == 0) return;
  if (doubled_ == 0 && wrapped_.count * kWrappedRows < rows_) return;
  findings.push_back(OddFile(
      FindingSeverity::kWarning,
      absl::StrCat(
          "rows with a cell in double quotes, which are taken as text: ",
          wrapped_.count, " of ", rows_, ", the first in line ",
          wrapped_.first_line),
      "set the format's `quoted` to true, so that quotes around cells are left "
      "out",
      wrapped_.count));
}

void DelimitedOddities::AddSwallowed(std::vector<DataFinding>& findings) const {
  for (const Suspect& suspect : suspects_) {
    const auto like_rows = std::count_if(
        suspect.edges.begin(), suspect.edges.end(), [this](const auto& edges) {
          return edges_.contains(edges.first) || edges_.contains(edges.second);
        });
    if (2 * like_rows < static_cast<int64_t>(suspect.edges.size()) ||
        2 * static_cast<int64_t>(suspect.edges.size()) <
            std::min<int64_t>(suspect.lines, kMaxEdgesOfSuspect)) {
      continue;
    }
    DataFinding finding = OddFile(
        FindingSeverity::kWarning,
        absl::StrCat(
            "a quote that opens in line ", suspect.place.line,
            " closes only in line ", suspect.last_line,
            ", and what looks like rows is within one cell: ", suspect.lines),
        absl::StrCat("close or double the quote in line ", suspect.place.line,
                     ", or set the format's `quoted` to false"),
        1);
    finding.row = suspect.place.row;
    findings.push_back(std::move(finding));
  }
}

std::vector<DataFinding> DelimitedOddities::Findings() const {
  std::vector<DataFinding> findings;
  AddCounted(findings);
  AddQuotes(findings);
  AddSwallowed(findings);
  return findings;
}

}  // namespace tunesmith::worker
