#ifndef TUNESMITH_WORKER_DATA_COLUMN_FACTS_H_
#define TUNESMITH_WORKER_DATA_COLUMN_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "worker/data/table.h"

namespace tunesmith::worker {

// Distinct values of a column that are counted: as many as a task may have
// labels, as long as it is one of a table's first columns.
inline constexpr size_t kMaxDistinctValues = 32768;
// A table of thousands of columns must not fill the memory.
inline constexpr size_t kMaxDistinctValuesOfLateColumns = 4096;
inline constexpr size_t kFirstColumns = 256;

// What counts for the column at `position`.
constexpr size_t DistinctLimit(size_t position) {
  return position < kFirstColumns ? kMaxDistinctValues
                                  : kMaxDistinctValuesOfLateColumns;
}

// Bytes of all distinct values of a column that are listed.
inline constexpr size_t kMaxDistinctBytes = 256 << 10;

// As `DatasetColumn.Type` of the API.
enum class ColumnType {
  kString = 1,
  kInteger = 2,
  kFloat = 3,
  kBoolean = 4,
  kOther = 5
};

// The narrowest type of one text. INTEGER: optional minus, digits without a
// leading zero, at most 18 of them. FLOAT: an integer part of that form with a
// fraction or exponent. BOOLEAN: true, True, TRUE and so on. Whatever would
// not come back as the same text from such a value (`007`, `+1`, `1,5`) is a
// STRING.
ColumnType TypeOfText(std::string_view text);

// As `DatasetColumn` of the API.
struct ColumnFacts {
  std::string name;
  ColumnType type = ColumnType::kString;
  int64_t null_count = 0;
  // Most frequent first, then by value.
  std::vector<std::pair<std::string, int64_t>> values = {};
  std::optional<int64_t> distinct_count = std::nullopt;
  int64_t min_bytes = 0;
  int64_t max_bytes = 0;
  double mean_bytes = 0;

  // Of `values` in a message, about.
  size_t ListedBytes() const;
};

// Collects the facts of one column, value by value.
class ColumnCollector {
 public:
  // Missing rows whose numbers are kept.
  static constexpr size_t kMaxMissingRows = 100;

  // Counts at most `max_distinct` distinct values.
  explicit ColumnCollector(size_t max_distinct) : max_distinct_(max_distinct) {}

  void Add(const Cell& cell, int64_t row);
  void AddMissing(int64_t row);
  // `count` rows at once, the first of which are `rows` (more than `count` of
  // them do not matter).
  void AddMissing(const std::vector<int64_t>& rows, int64_t count);

  int64_t missing_count() const { return missing_count_; }
  // The first ones.
  const std::vector<int64_t>& missing_rows() const { return missing_rows_; }

  ColumnFacts Finish(const std::string& name) const;

 private:
  void Count(const std::string& text);
  void KeepHashesOnly();

  const size_t max_distinct_;
  std::optional<ColumnType> type_;
  int64_t missing_count_ = 0;
  std::vector<int64_t> missing_rows_;
  int64_t value_count_ = 0;
  int64_t total_bytes_ = 0;
  int64_t min_bytes_ = 0;
  int64_t max_bytes_ = 0;
  // Empty once there are too many, or they are too long together.
  std::unordered_map<std::string, int64_t> counts_;
  size_t listed_bytes_ = 0;
  // Of values that are too long to be kept; they are only counted.
  std::unordered_set<size_t> hashes_;
  bool too_long_ = false;
  bool too_many_ = false;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_COLUMN_FACTS_H_
