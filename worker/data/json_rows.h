#ifndef TUNESMITH_WORKER_DATA_JSON_ROWS_H_
#define TUNESMITH_WORKER_DATA_JSON_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "worker/data/finding.h"
#include "worker/data/table.h"
#include "worker/data/text_encoding.h"

namespace tunesmith::worker {

// Names of the columns and where each is.
struct JsonColumns {
  std::vector<std::string> names;
  std::unordered_map<std::string, size_t> positions;

  size_t PositionOf(const std::string& key);
};

// Makes rows of JSON objects. Columns are the keys, in the order in which they
// first occur; numbers keep the text that they have in the file; objects and
// lists are opaque; NaN and Infinity are missing.
class JsonRows {
 public:
  // The file was in `encoding`.
  explicit JsonRows(TextEncoding encoding) : encoding_(encoding) {}

  const std::vector<std::string>& columns() const { return columns_.names; }

  // The next row, all but its line. A text that is no object, and one that is
  // longer than kMaxRowBytes, is a problem of the row. MALFORMED_FILE when
  // there are too many keys.
  absl::Status Parse(std::string_view text, Row& row);

  int64_t row_count() const { return row_count_; }
  std::vector<DataFinding> Findings() const;

 private:
  const TextEncoding encoding_;
  JsonColumns columns_;
  EncodingGuess guess_;
  int64_t not_numbers_ = 0;
  int64_t row_count_ = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_JSON_ROWS_H_
