#ifndef TUNESMITH_WORKER_DATA_TABLE_H_
#define TUNESMITH_WORKER_DATA_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/finding.h"
#include "worker/data/text_encoding.h"

namespace tunesmith::worker {

// Columns that a table may have.
inline constexpr size_t kMaxColumns = 4096;
// Bytes that one row may have.
inline constexpr size_t kMaxRowBytes = 16 << 20;
// Bytes of a column's name; longer ones are cut.
inline constexpr size_t kMaxColumnNameBytes = 256;

enum class TableKind { kCsv, kTsv, kJsonl, kParquet, kImages, kJson };

// How the bytes of a table are to be read; resolved, as `DatasetFormat` of the
// API. `manifest` counts for pictures, `encoding` for all but Parquet, all else
// but `kind` for CSV and TSV alone.
struct TableFormat {
  TableKind kind = TableKind::kCsv;
  char delimiter = ',';
  bool quoted = true;
  bool header = true;
  // Names in place of the header's, or for a file without one.
  std::vector<std::string> column_names = {};
  // Path in the archive; empty: folders are the classes.
  std::string manifest = {};
  TextEncoding encoding = TextEncoding::kDetect;
};

// A value of one row. No value and an empty one are the same: CSV cannot tell
// them apart, and no task can learn from either.
struct Cell {
  // UTF-8. A value of another type as text: "7", "2.5", "true".
  std::string text = {};
  // A value that has no text: an object, a list, bytes.
  bool opaque = false;

  bool IsMissing() const { return text.empty() && !opaque; }
};

// Why a row cannot be used: kWrongCellCount, kInvalidUtf8 or kMalformedRow.
struct RowProblem {
  FindingCode code = FindingCode::kMalformedRow;
  std::string message;
};

struct Row {
  // Counted from 1, without headers and without empty lines.
  int64_t number = 0;
  // In which it begins, counted from 1 as an editor does; 0 where the format
  // has no lines.
  int64_t line = 0;
  // In the order of the columns; may be shorter, the rest is missing.
  std::vector<Cell> cells;
  // When set, the row is not to be used; `cells` are those of them that could
  // be read all the same, the others opaque.
  std::optional<RowProblem> problem;
};

// Reads a table once, from the first row to the last. One member for each
// format. Not thread-safe.
class TableReader {
 public:
  virtual ~TableReader() = default;

  // Names of the columns, all different. A column without a name is called
  // `column_N`, N counted from 1; of several with one name the later ones get
  // `_2`, `_3`, ... Formats without a header learn of new columns in Next.
  virtual const std::vector<std::string>& columns() const = 0;

  // Reads the next row into `row`; false at the end. MALFORMED_FILE when the
  // rest of the file cannot be read.
  virtual absl::StatusOr<bool> Next(Row& row) = 0;

  // What is odd about the file, as far as it was read: OTHER_ENCODING and
  // ODD_FILE.
  virtual std::vector<DataFinding> Findings() const { return {}; }
};

// INVALID_ARGUMENT with reason MALFORMED_FILE when the file is not of the
// format.
absl::StatusOr<std::unique_ptr<TableReader>> OpenTable(
    const std::string& path, const TableFormat& format);

// The names that a header gives columns; see TableReader::columns.
std::vector<std::string> UniqueColumnNames(std::vector<std::string> names);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_TABLE_H_
