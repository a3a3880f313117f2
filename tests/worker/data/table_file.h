#ifndef TUNESMITH_TESTS_WORKER_DATA_TABLE_FILE_H_
#define TUNESMITH_TESTS_WORKER_DATA_TABLE_FILE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/data/table.h"

namespace tunesmith::worker {

// A file that lives as long as the object.
class TableTestFile {
 public:
  explicit TableTestFile(std::string_view content);
  ~TableTestFile();
  TableTestFile(const TableTestFile&) = delete;
  TableTestFile& operator=(const TableTestFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TableFormat Csv();
TableFormat Tsv();
TableFormat Jsonl();
TableFormat Json();
TableFormat Parquet();

// Every row of a file; fails the test when reading does.
struct WholeTable {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::vector<DataFinding> findings;

  // Cells of row `i` as text; "<opaque>" for opaque ones.
  std::vector<std::string> Texts(size_t i) const;
};
WholeTable ReadWhole(const std::string& path, const TableFormat& format);
WholeTable ReadWholeText(std::string_view content, const TableFormat& format);

// The error that opening or reading ends with.
absl::Status ReadError(std::string_view content, const TableFormat& format);

// Path of a file of the external test data, or empty.
std::string ExternalFile(const std::string& relative);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DATA_TABLE_FILE_H_
