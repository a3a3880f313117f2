#ifndef TUNESMITH_WORKER_DATA_DELIMITED_ODDITIES_H_
#define TUNESMITH_WORKER_DATA_DELIMITED_ODDITIES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "worker/data/finding.h"

namespace tunesmith::worker {

// A delimiter that the first two lines of `start` hold equally often, outside
// quotes, while they hold none of `delimiter`.
struct OtherDelimiter {
  char delimiter = ',';
  // It is in the second line as often as in the first.
  bool in_second_line = false;
};
std::optional<OtherDelimiter> FindOtherDelimiter(std::string_view start,
                                                 char delimiter);

// "';'", "a tab".
std::string DelimiterName(char delimiter);

// Collects what is strange about a delimited file, row by row.
class DelimitedOddities {
 public:
  DelimitedOddities(char delimiter, bool quoted)
      : delimiter_(delimiter), quoted_(quoted) {}

  // Of a row: "line 17".
  struct Place {
    int64_t row = 0;
    int64_t line = 0;
  };

  void AddMark(int64_t line) { marks_.Add(line); }
  void AddRepeatedHeader(int64_t line) { headers_.Add(line); }
  // A row that ended with several carriage returns.
  void AddManyReturns(int64_t line) { many_returns_.Add(line); }
  // A carriage return that is text.
  void AddLoneReturn(int64_t line) { lone_returns_.Add(line); }
  // A row that can be used.
  void AddRow(const Place& place, const std::vector<std::string>& cells);
  // A quoted cell of a row of `columns` cells; the quote opens in its line and
  // closes in `last_line`.
  void AddLongQuote(const Place& place, int64_t last_line,
                    std::string_view cell, size_t columns);

  std::vector<DataFinding> Findings() const;

 private:
  // How often something occurred, and where first.
  struct Count {
    void Add(int64_t line) {
      if (count++ == 0) first_line = line;
    }
    int64_t count = 0;
    int64_t first_line = 0;
  };

  // A quoted cell with lines that may be rows.
  struct Suspect {
    Place place;
    int64_t last_line = 0;
    int64_t lines = 0;
    // First and last cells of those lines.
    std::vector<std::pair<std::string, std::string>> edges;
  };

  void AddCounted(std::vector<DataFinding>& findings) const;
  void AddQuotes(std::vector<DataFinding>& findings) const;
  void AddSwallowed(std::vector<DataFinding>& findings) const;

  const char delimiter_;
  const bool quoted_;
  Count marks_;
  Count headers_;
  Count many_returns_;
  Count lone_returns_;
  int64_t rows_ = 0;
  // Rows with a cell in quotes, in a file that has none; and those with doubled
  // quotes in such a cell.
  Count wrapped_;
  int64_t doubled_ = 0;
  std::vector<Suspect> suspects_;
  // Short first and last cells of rows.
  std::unordered_set<std::string> edges_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_DELIMITED_ODDITIES_H_
